import { problems } from '#platform'

export const problem = problems('audiences', {
  listUnknown: { status: 404, title: 'There is no such list' },
  listUsed: { status: 409, title: 'Audiences are defined by this list' },
  listUploadUnknown: { status: 404, title: 'There is no such upload of a list' },
  listColumnUnknown: { status: 400, title: 'The file has no such column' },
  listTooLong: { status: 413, title: 'A list may have five million lines' },
  listEmpty: { status: 400, title: 'There is nothing in it' },
  notRefreshed: { status: 409, title: 'This audience has not been refreshed yet, so it has no members to take' },
})
