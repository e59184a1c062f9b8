import { problems } from '#platform'

export const problem = problems('journeys', {
  unknownTag: { status: 409, title: 'The tag that the step reads is gone or not active' },
  unknownEntry: { status: 404, title: 'There is no such entry in this campaign' },
  unknownStep: { status: 404, title: 'There is no such step in the version that this person is in' },
  notInside: { status: 409, title: 'This person is not in the journey any more' },
})
