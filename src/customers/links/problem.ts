import { problems } from '#platform'

export const problem = problems('customers', {
  linkUnknown: { status: 404, title: 'There is no such link' },
  linkToSelf: { status: 409, title: 'A customer cannot be linked to himself' },
  linkPersonal: { status: 400, title: 'Evidence must not carry a phone, ID card, bank card or e-mail' },
  linkFileHeading: { status: 400, title: 'The first line must name the columns kind, from and to' },
})
