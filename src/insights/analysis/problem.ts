import { problems } from '#platform'

export const problem = problems('insights', {
  tooManyBuckets: { status: 400, title: 'The period has too many units of this size' },
  unknownAudience: { status: 400, title: 'The question names an audience that does not exist' },
  unknownList: { status: 400, title: 'The question names a list that does not exist' },
  unknownTag: { status: 400, title: 'The question names a tag that does not exist or is not in use' },
  sealed: { status: 400, title: 'Personal traits are sealed: nothing can be counted by them' },
  otherPlace: { status: 400, title: 'This place is not one of the answer to this question' },
  nobody: { status: 409, title: 'There is nobody behind this number' },
  unknownReport: { status: 404, title: 'There is no such report' },
  unknownDashboard: { status: 404, title: 'There is no such dashboard' },
  unknownAlarm: { status: 404, title: 'There is no such alarm' },
  notYours: { status: 403, title: 'Only its owner may change this' },
  notAFunnel: { status: 400, title: 'Only funnels can be watched' },
  abandoned: { status: 499, title: 'The caller hung up before the answer was there' },
  tooHeavy: { status: 422, title: 'The question takes longer than allowed: choose a shorter period or fewer people' },
})
