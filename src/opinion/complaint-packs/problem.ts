import { problems } from '#platform'

export const problem = problems('complaintPacks', {
  unknown: { status: 404, title: 'There is no such complaint pack' },
  postUnknown: { status: 400, title: 'A post is not one of the events of this incident' },
  documentUnknown: { status: 400, title: 'A document is not attached to this incident' },
  submitted: { status: 409, title: 'It was written down as submitted already' },
  notSubmitted: { status: 409, title: 'It was not submitted yet' },
  drill: { status: 409, title: 'A pack of a drill is never handed in' },
})
