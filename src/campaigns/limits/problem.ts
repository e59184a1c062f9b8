import { problems } from '#platform'

export const problem = problems('limits', {
  unknown: { status: 404, title: 'There is no such limit' },
  wrong: { status: 400, title: 'The limit does not have its form' },
  changed: { status: 409, title: 'Somebody changed this limit meanwhile' },
  past: { status: 400, title: 'A limit cannot change what is over' },
  inForce: { status: 409, title: 'This version is in force; a new one has to replace it' },
  zoneUnknown: { status: 400, title: 'There is no such time zone' },
})
