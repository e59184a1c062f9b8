import { problems } from '#platform'

export const problem = problems('campaigns', {
  offerUnknown: { status: 404, title: 'There is no such offer' },
  offerNameTaken: { status: 409, title: 'An offer with this name exists' },
  offerChanged: { status: 409, title: 'Somebody else changed this offer meanwhile' },
  offerNotPublishable: { status: 422, title: 'Rules forbid publishing this offer as it is' },
  offerNotPublished: { status: 409, title: 'This offer is not published' },
  offerRetired: { status: 409, title: 'This offer was retired' },
  offerUsed: { status: 409, title: 'Campaigns that are not over use this offer' },
  disclosureUnknown: { status: 404, title: 'This address is not, or no longer, that of a disclosure sheet' },
  disclosureTooEarly: { status: 409, title: 'The sheet has not been on display long enough' },
  disclosureNotRead: { status: 409, title: 'The sheet has not been read to its end' },
})
