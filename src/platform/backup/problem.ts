import { problems } from '../problem.ts'

export const problem = problems('backup', {
  ofServers: { status: 409, title: 'Database servers are copied with their own tools' },
  notEmpty: { status: 409, title: 'The folder is not empty' },
  noRoom: { status: 507, title: 'There is not enough room on the disk' },
  notABackup: { status: 400, title: 'There is no complete backup in this folder' },
  damaged: { status: 409, title: 'The backup is damaged: files differ from its list' },
  newer: { status: 409, title: 'The backup was made by a newer version of the program' },
  keyMissing: { status: 409, title: 'The master key is needed to open the backup' },
})
