import { problems } from '#platform'

export const problem = problems('alerts', {
  unknown: { status: 404, title: 'There is no such alert' },
  overAlready: { status: 409, title: 'This alert is over' },
  channelUnknown: { status: 404, title: 'There is no such channel' },
  channelTaken: { status: 409, title: 'A channel with this name exists' },
  channelChanged: { status: 409, title: 'Somebody else changed the channel since it was read' },
  channelUsed: { status: 409, title: 'The routing tree sends alerts there; take it out of the tree first' },
  settingsWrong: { status: 400, title: 'A setting of the channel is missing or wrong' },
  targetBarred: { status: 400, title: 'Messages may not leave to this address' },
  testAddress: { status: 400, title: 'A test of this channel needs a mail address or a mobile number' },
  tooFast: {
    status: 429,
    title: 'The channel has sent as many messages as it may; wait a minute',
    retryAfterSeconds: 60,
  },
  routingWrong: { status: 400, title: 'The routing tree does not have its form' },
  routingChanged: { status: 409, title: 'Somebody else changed the routing tree since it was read' },
  silencePast: { status: 400, title: 'A silence has to end later than now and begin before it ends' },
  silenceUnknown: { status: 404, title: 'There is no such silence, or it is over' },
  rotaUnknown: { status: 404, title: 'There is no such rota' },
  rotaTaken: { status: 409, title: 'A rota with this name exists' },
  rotaChanged: { status: 409, title: 'Somebody else changed the rota since it was read' },
  rotaUsed: { status: 409, title: 'A level or a receiver calls this rota' },
  overrideUnknown: { status: 404, title: 'There is no such exchange' },
  personUnknown: { status: 404, title: 'There is no such person' },
})
