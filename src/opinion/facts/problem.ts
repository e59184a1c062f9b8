import { problems } from '#platform'

export const problem = problems('opinionFacts', {
  unknown: { status: 404, title: 'There is no such fact' },
  notDraft: { status: 409, title: 'Only a draft can be changed: write a new version' },
  pending: { status: 409, title: 'A version of this fact waits for its decision already' },
  notSubmitted: { status: 409, title: 'This version does not wait for a decision' },
  ownWork: { status: 403, title: 'A person who wrote no part of it decides about a fact' },
  notInForce: { status: 409, title: 'This fact has no approved version' },
  period: { status: 400, title: 'A fact ends after it begins' },
  notLinked: { status: 404, title: 'This post is not linked to the fact' },
})
