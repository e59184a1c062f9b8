import { problems } from '#platform'

export const problem = problems('customers', {
  matchProjectUnknown: { status: 404, title: 'There is no such matching project' },
  matchProjectNameTaken: { status: 409, title: 'A matching project with this name exists' },
  matchFieldUnknown: { status: 400, title: 'The plan names a field that no customer has' },
  matchNoFields: { status: 409, title: 'Customers have nothing yet that they could be compared by' },
  matchRunUnknown: { status: 404, title: 'There is no such run' },
  matchRunGoingOn: { status: 409, title: 'A run of this project is going on' },
  matchRunNotDone: { status: 409, title: 'Only a finished run can be undone' },
  matchPairUnknown: { status: 404, title: 'There is no such pair' },
  matchPairDecided: { status: 409, title: 'Somebody has decided on this pair already' },
  matchPairNotLinked: { status: 409, title: 'These two are not linked' },
})
