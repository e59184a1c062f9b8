import { problems } from '#platform'

export const problem = problems('opinionReview', {
  final: { status: 409, title: 'The review of this month is final' },
  monthRuns: { status: 409, title: 'A month is reviewed when it is over' },
  nothingWritten: { status: 409, title: 'Write what worked and what did not before making it final' },
  sameHand: { status: 403, title: 'A person who wrote no part of the review makes it final' },
  actionUnknown: { status: 404, title: 'The action is not there' },
})
