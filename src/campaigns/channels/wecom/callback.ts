import { createHash } from 'node:crypto'
import type { ProviderWorld, PushAnswer, Pushed, Reported } from '../../delivery/adapter.ts'
import { fieldsOf, textOf } from '../wechat/callback.ts'
import { isSignedBy, open } from '../wechat/envelope.ts'
import { askUnionId, forgetContact, unionIdOf } from './contacts.ts'
import type { WecomSettings } from './wecom-api.ts'

/** What WeCom calls back about: the check of the address (GET), and contacts that come and go (POST). Always sealed. */

/** Older call-backs are somebody repeating them. */
const oldestSeconds = 600

const refused = (status: number): Reported & { answer: PushAnswer } => ({
  receipts: [],
  replies: [],
  answer: { status, body: '' },
})
const taken = { receipts: [], replies: [], answer: { status: 200, body: 'success', type: 'text/plain' } }

const happenings: Readonly<Record<string, { event: string; by: string }>> = {
  add_external_contact: { event: 'WeCom Contact Added', by: 'member' },
  add_half_external_contact: { event: 'WeCom Contact Added', by: 'customer' },
  del_external_contact: { event: 'WeCom Contact Removed', by: 'member' },
  del_follow_user: { event: 'WeCom Contact Removed', by: 'customer' },
}

/** @throws NoAnswer, TokenRefused, ReadRefused when WeCom cannot say who it was; it repeats the call-back then */
export const receiveCallback = async (
  world: ProviderWorld<WecomSettings>,
  { method, query, body }: Pushed,
): Promise<Reported & { answer: PushAnswer }> => {
  const { token = '', encodingAesKey = '' } = world.secrets
  const { timestamp = '', nonce = '', msg_signature, echostr } = query
  const { corpId } = world.settings
  if (Math.abs(world.now().getTime() / 1_000 - Number(timestamp)) > oldestSeconds) return refused(403)
  const sealed = method === 'GET' ? (echostr ?? '') : textOf(fieldsOf(body.toString('utf8'))?.Encrypt)
  if (sealed === '' || !isSignedBy(msg_signature, token, timestamp, nonce, sealed)) return refused(403)
  const opened = open(sealed, { encodingAesKey, appId: corpId })
  if (opened === undefined) return refused(400)
  if (method === 'GET') return { ...taken, answer: { status: 200, body: opened, type: 'text/plain' } }
  const fields = fieldsOf(opened)
  if (!fields) return refused(400)
  const change = textOf(fields.ChangeType)
  const happened = textOf(fields.Event) === 'change_external_contact' ? happenings[change] : undefined
  const contact = textOf(fields.ExternalUserID)
  if (!happened || contact === '') return taken
  const isGone = happened.event === 'WeCom Contact Removed'
  const unionId = isGone
    ? ((await unionIdOf(world, contact)) ?? (await askUnionId(world, contact)))
    : await askUnionId(world, contact)
  if (unionId === undefined) {
    world.log.info({ change }, 'a contact without unionid came or went')
    return taken
  }
  // He may still be a contact of another member: then the platform finds him.
  if (isGone && (await askUnionId(world, contact)) === undefined) await forgetContact(world, unionId)
  const [created, member] = [textOf(fields.CreateTime), textOf(fields.UserID)]
  const [state, source] = [textOf(fields.State), textOf(fields.Source)]
  return {
    ...taken,
    happenings: [
      {
        address: unionId,
        event: happened.event,
        properties: {
          by: happened.by,
          ...(member !== '' && { member }),
          ...(state !== '' && { state }),
          ...(source !== '' && { source }),
        },
        at: Number(created) > 0 ? new Date(Number(created) * 1_000) : world.now(),
        id: createHash('sha256').update(`${contact} ${member} ${created} ${change}`).digest('hex').slice(0, 32),
      },
    ],
  }
}
