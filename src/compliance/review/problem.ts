import { problems } from '#platform'

export const problem = problems('reviews', {
  unknown: { status: 404, title: 'There is no such review' },
  blocked: { status: 409, title: 'What an automatic check blocks cannot be submitted or approved' },
  waits: { status: 409, title: 'This waits for review already' },
  stateWrong: { status: 409, title: 'The review is not in a state for this' },
  reviewerIsWriter: { status: 403, title: 'Somebody other than who wrote or submitted this must judge it' },
  reviewerIsMachine: { status: 403, title: 'A person must judge this, not a key' },
  unjustified: { status: 409, title: 'Every flag needs the reviewer to say why it may stand' },
  reasonMissing: { status: 400, title: 'Say why' },
  changed: { status: 409, title: 'What was submitted has changed since; the review is void' },
  findingUnknown: { status: 404, title: 'The review has no flag of that number' },
})
