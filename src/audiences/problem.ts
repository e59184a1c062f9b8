import { problems } from '#platform'

export const problem = problems('audiences', {
  nameTaken: { status: 409, title: 'An audience with this name exists' },
  unfit: { status: 400, title: 'A condition does not fit the kind of value it compares' },
  unknownAudience: { status: 400, title: 'The definition names an audience that does not exist' },
  circular: { status: 409, title: 'The audience would be defined by itself' },
  tooBroad: { status: 400, title: 'The definition and the audiences it names have too many conditions together' },
  used: { status: 409, title: 'Other audiences are defined by this one' },
  refreshing: { status: 409, title: 'This audience is being refreshed already', retryAfterSeconds: 2 },
})
