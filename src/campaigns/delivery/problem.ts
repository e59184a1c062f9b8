import { problems } from '#platform'

export const problem = problems('campaigns', {
  providerUnknown: { status: 404, title: 'There is no such account' },
  providerNameTaken: { status: 409, title: 'An account with this name exists' },
  providerEdited: { status: 409, title: 'Somebody else changed the account since it was read' },
  providerFlying: { status: 409, title: 'Messages are on their way by this account; switch it off and wait' },
  adapterUnknown: { status: 400, title: 'There is no such adapter' },
  settingsWrong: { status: 400, title: 'A setting of the account is missing or wrong' },
  checkFailed: { status: 409, title: 'The provider does not answer as it should' },
  sendsDisarmed: { status: 409, title: 'Sending is disarmed since a restore: an administrator arms it again' },
  nothingUndecided: { status: 409, title: 'There is nothing left to decide: it was settled meanwhile' },
  testAddress: { status: 400, title: 'That is no address of this channel' },
  testContent: { status: 400, title: 'The test message lacks something this channel needs' },
})
