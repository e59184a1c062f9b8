import { problems } from '#platform'

export const problem = problems('gate', {
  hidden: { status: 403, title: 'Which exclusion or unsuitability it was is for those who may read exclusions' },
  customerUnknown: { status: 404, title: 'There is no such customer' },
})
