import { problems } from '#platform'

export const problem = problems('sources', {
  unknown: { status: 404, title: 'There is no such source' },
  nameTaken: { status: 409, title: 'A source of this name exists' },
  timetableWrong: { status: 400, title: 'The timetable cannot be read' },
  mapWrong: { status: 400, title: 'The mapping does not say where the post stands' },
  addressWrong: { status: 400, title: 'This address must not be asked' },
  kindFixed: { status: 409, title: 'The kind of a source cannot be changed' },
  notFetched: { status: 409, title: 'This source is not read by us: it is sent to us' },
  notFiles: { status: 409, title: 'Files are imported into a source of files' },
  keyWrong: { status: 401, title: 'The key does not belong to a source' },
  signatureWrong: { status: 401, title: 'The signature does not fit the message' },
  sourceOff: { status: 409, title: 'The source is switched off' },
  bodyWrong: { status: 400, title: 'The message does not hold posts' },
  tooMany: { status: 413, title: 'Too many posts in one message' },
  fileEmpty: { status: 400, title: 'The file holds no rows' },
  importUnknown: { status: 404, title: 'There is no such import' },
  importOver: { status: 409, title: 'The import is over' },
  snapshotUnknown: { status: 404, title: 'There is no such evidence' },
  termsChanged: { status: 409, title: 'Somebody changed the terms meanwhile' },
  noEvidence: { status: 404, title: 'There is no evidence of these posts' },
})
