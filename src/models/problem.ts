import { problems } from '#platform'

export const problem = problems('models', {
  versionUnknown: { status: 404, title: 'There is no such version' },
  changeImpossible: { status: 409, title: 'The version cannot be put into this state' },
  madeForOthers: { status: 409, title: 'The version reads texts as an older program did: train a new one' },
  tooFewCompared: { status: 409, title: 'The version has not read enough posts beside the one in force' },
  secondPersonNeeded: {
    status: 403,
    title: 'A second person puts a version in force: not who put it into the shadow, and not an API key',
  },
  trainingGoingOn: { status: 409, title: 'A training is under way already' },
  trainingUnknown: { status: 404, title: 'There is no such training' },
})
