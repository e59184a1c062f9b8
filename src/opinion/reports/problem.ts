import { problems } from '#platform'

export const problem = problems('reports', {
  noSubjects: { status: 409, title: 'There is no subject to report on yet' },
  subjectUnknown: { status: 404, title: 'A subject is not there' },
  eventUnknown: { status: 404, title: 'The event is not there' },
  reportUnknown: { status: 404, title: 'The report is not there' },
  scheduleUnknown: { status: 404, title: 'The schedule is not there' },
  tooSlow: { status: 504, title: 'The report took longer than 30 seconds and was stopped' },
  rephraseOff: { status: 409, title: 'Rephrasing is switched off or not set up' },
  rephraseAddress: { status: 400, title: 'This address cannot be called' },
})
