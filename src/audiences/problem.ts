import { problems } from '#platform'

export const problem = problems('audiences', {
  nameTaken: { status: 409, title: 'An audience with this name exists' },
  unfit: { status: 400, title: 'A condition does not fit the kind of value it compares' },
  unknown: { status: 404, title: 'There is no such audience' },
  sealed: { status: 400, title: 'Personal traits are sealed and cannot be compared' },
  unknownAudience: { status: 400, title: 'The definition names an audience that does not exist' },
  unknownTag: { status: 400, title: 'The definition names a tag that does not exist or is not active' },
  unknownList: { status: 400, title: 'The definition names a list that does not exist' },
  circular: { status: 409, title: 'The audience would be defined by itself' },
  tooBroad: { status: 400, title: 'The definition and the audiences it names have too many conditions together' },
  used: { status: 409, title: 'Other audiences are defined by this one' },
  abandoned: { status: 499, title: 'The caller hung up before the answer was there' },
  overtaken: { status: 409, title: 'The audience was deleted, or refreshed by another process, meanwhile' },
  refreshGone: { status: 404, title: 'The members of that refresh are no longer kept' },
  refreshing: { status: 409, title: 'This audience is being refreshed already', retryAfterSeconds: 2 },
})
