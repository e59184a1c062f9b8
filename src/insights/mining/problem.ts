import { problems } from '#platform'

export const problem = problems('mining', {
  unknown: { status: 404, title: 'There is no such answer' },
  over: { status: 409, title: 'It is over already' },
  notDone: { status: 409, title: 'There is no answer yet' },
  going: { status: 409, title: 'It is still being worked on: cancel it first' },
  nobody: { status: 422, title: 'No facts fit the question' },
  tooManySets: { status: 422, title: 'More item sets than can be kept: raise the support' },
  tooManyItems: { status: 422, title: 'More frequent items than can be kept: raise the support' },
  tooFewPeople: { status: 422, title: 'Fewer people than the question needs' },
  tooManyPeople: { status: 422, title: 'More people than this method can hold: take the mini-batch method' },
  notNumeric: { status: 422, title: 'A feature has no usable values' },
  unknownTag: { status: 422, title: 'There is no such active tag' },
  unknownTrait: { status: 422, title: 'There is no such trait, or it is sealed' },
  unknownPart: { status: 422, title: 'The answer has no such part' },
  noRepeats: { status: 422, title: 'Too few people bought more than once to fit a model' },
  failed: { status: 500, title: 'Something went wrong on our side; the log says more' },
  noCuts: { status: 422, title: 'Fixed bounds were asked for and not given' },
})
