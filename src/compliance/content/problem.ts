import { problems } from '#platform'

export const problem = problems('compliance', {
  wordUnknown: { status: 404, title: 'There is no such word among the own rules' },
  wordTaken: { status: 409, title: 'The own rules have this word already' },
  exceptionWithoutWord: { status: 400, title: 'The phrase of an exception must contain its word' },
  parameterWrong: { status: 400, title: 'The value does not have the form of this parameter' },
  parameterTaken: { status: 409, title: 'This parameter has a value from that day on; take another day' },
  partnerUnknown: { status: 404, title: 'There is no such partner on the list' },
  partnerTaken: { status: 409, title: 'A partner of this name is on the list' },
})
