import { problems } from '#platform'

export const problem = problems('models', {
  versionUnknown: { status: 404, title: 'There is no such version' },
  changeImpossible: { status: 409, title: 'The version cannot be put into this state' },
  trainingGoingOn: { status: 409, title: 'A training is under way already' },
  trainingUnknown: { status: 404, title: 'There is no such training' },
})
