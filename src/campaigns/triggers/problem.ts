import { problems } from '#platform'

export const problem = problems('campaigns', {
  notByApi: { status: 409, title: 'Programs do not let people into this campaign: its trigger is another' },
  notOpen: { status: 409, title: 'The campaign does not run now' },
  keyReused: { status: 422, title: 'The same Idempotency-Key was sent with another body' },
  runUnknown: { status: 404, title: 'There is no such run of the campaign' },
  runOver: { status: 409, title: 'The run is over' },
  runNotMissed: { status: 409, title: 'Only a run that was missed, cancelled or failed can be made up for' },
})
