import { problems } from '#platform'

export const problem = problems('compliance', {
  noSingleRate: {
    status: 422,
    title: 'The payments do not have one annual rate: money must flow once to the borrower and then back',
  },
  capTaken: { status: 409, title: 'There is a cap for this kind of lender from that day on; take another day' },
  lprTaken: { status: 409, title: 'There is a rate for that day' },
  lprMissing: { status: 409, title: 'No LPR was published before that day' },
})
