import { problems } from '#platform'

export const problem = problems('grading', {
  unknown: { status: 404, title: 'There is no such version' },
  wrong: { status: 400, title: 'The document does not have its form' },
  changed: { status: 409, title: 'Another version came into force meanwhile' },
  pending: { status: 409, title: 'There is a draft already; end it first' },
  state: { status: 409, title: 'This version is not in a state for that' },
  own: { status: 403, title: 'Another person has to approve it' },
  planUnknown: { status: 400, title: 'There is no such contingency plan in force' },
  notGraded: { status: 404, title: 'This event has no level yet' },
  sameLevel: { status: 409, title: 'The event has this level already' },
  requestOpen: { status: 409, title: 'Somebody has asked for another level already' },
  requestUnknown: { status: 404, title: 'There is no such request' },
  pausedAlready: { status: 409, title: 'The clocks of this event stand still already' },
  notPaused: { status: 409, title: 'The clocks of this event are running' },
})
