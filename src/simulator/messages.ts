import type { Account, World } from './accounts.ts'
import type { Happening, Property } from './sessions.ts'

/** A track call of the tracking API: a body of `POST /v1/track`. */
export interface Message {
  messageId: string
  type: 'track'
  event: string
  /** ISO 8601 with milliseconds, UTC. */
  timestamp: string
  /** The account; missing while nobody has signed in. */
  userId?: string
  /** The installation or browser; missing for what the company's own systems report. */
  anonymousId?: string
  properties: Record<string, Property>
  context: { channel: 'mobile' | 'browser' | 'server'; device?: { id: string; type: string } }
}

/**
 * @param number the account's own count, from 0, in order of time; with the world's tag it makes the message id
 */
export const messageOf = ({ tag }: World, account: Account, happening: Happening, number: number): Message => {
  const { atMs, event, properties, by, known } = happening
  const messageId = `${tag}-${account.index.toString(36)}-${number.toString(36)}`
  const timestamp = new Date(atMs).toISOString()
  if (!by) {
    return {
      messageId,
      type: 'track',
      event,
      timestamp,
      userId: account.accountId,
      properties,
      context: { channel: 'server' },
    }
  }
  const context: Message['context'] = by.deviceId
    ? { channel: 'mobile', device: { id: by.deviceId, type: by.system } }
    : { channel: by.system === 'windows' ? 'browser' : 'mobile' }
  const { anonymousId } = by
  return known
    ? { messageId, type: 'track', event, timestamp, userId: account.accountId, anonymousId, properties, context }
    : { messageId, type: 'track', event, timestamp, anonymousId, properties, context }
}

/** The same as a line of `events.jsonl`: flat, so that each field is a column of the import. */
export interface EventRow {
  messageId: string
  type: 'track'
  event: string
  timestamp: string
  userId?: string
  anonymousId?: string
  deviceId?: string
  properties: Record<string, Property>
}

export const eventRowOf = ({ context: { device }, properties, ...call }: Message): EventRow =>
  device ? { ...call, deviceId: device.id, properties } : { ...call, properties }
