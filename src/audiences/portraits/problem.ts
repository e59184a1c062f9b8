import { problems } from '#platform'

export const problem = problems('audiences', {
  fieldUnknown: { status: 400, title: 'There is no such trait or tag to look at' },
  seedTooSmall: { status: 400, title: 'Too few people to learn from' },
  lookalikeUnknown: { status: 404, title: 'There is no such search for similar people' },
  lookalikeNotReady: { status: 409, title: 'The search for similar people is not over yet' },
  featuresMissing: { status: 400, title: 'No trait, tag or event is left to compare people by' },
})
