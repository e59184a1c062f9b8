import { problems } from '#platform'

export const problem = problems('drills', {
  scenarioUnknown: { status: 404, title: 'The scenario is not there' },
  nameTaken: { status: 409, title: 'A scenario has this name already' },
  subjectUnknown: { status: 404, title: 'The subject is not there' },
  drillUnknown: { status: 404, title: 'The drill is not there' },
  cannot: { status: 409, title: 'The drill is not in a state for that' },
  oneAtATime: { status: 409, title: 'Another drill is running' },
})
