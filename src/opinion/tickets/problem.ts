import { problems } from '#platform'

export const problem = problems('tickets', {
  unknown: { status: 404, title: 'There is no such ticket' },
  postUnknown: { status: 404, title: 'There is no such post' },
  taken: { status: 409, title: 'There is a ticket for this already' },
  reasonUnknown: { status: 400, title: 'There is no such reason' },
  reasonTaken: { status: 409, title: 'A reason with this key exists' },
  templateUnknown: { status: 404, title: 'There is no such template' },
  incidentUnknown: { status: 400, title: 'There is no such incident' },
  personUnknown: { status: 400, title: 'Nobody with this id may work on tickets' },
  wrongState: { status: 409, title: 'The ticket cannot go from its state to that one' },
  wordsNeeded: { status: 400, title: 'Say what was done or why' },
  held: { status: 409, title: 'The clocks of this ticket are held already' },
  notHeld: { status: 409, title: 'The clocks of this ticket run' },
  answerBlocked: { status: 409, title: 'The answer holds words that the law does not allow' },
  customerUnknown: { status: 404, title: 'No customer has this identifier' },
  linked: { status: 409, title: 'This ticket is linked to a customer already' },
  notLinked: { status: 409, title: 'This ticket is not linked to a customer' },
  drill: { status: 409, title: 'A ticket of a drill is never linked to a real customer' },
  surveyWrong: { status: 404, title: 'The link is wrong or too old' },
  surveyEarly: { status: 409, title: 'Satisfaction is asked after the ticket was solved' },
  rangeWrong: { status: 400, title: 'The first day lies after the last, or more than 400 days apart' },
})
