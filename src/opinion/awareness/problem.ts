import { problems } from '#platform'

export const problem = problems('awareness', {
  tableEmpty: { status: 400, title: 'The table has no rows' },
  columnMissing: { status: 400, title: 'A column is missing' },
  valueWrong: { status: 400, title: 'A value is not what its column holds' },
  moreThanAsked: { status: 400, title: 'More people are said to know a brand than were asked' },
  surveyUnknown: { status: 404, title: 'The survey is not there' },
  monthAhead: { status: 400, title: 'The month has not begun yet' },
})
