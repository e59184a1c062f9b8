import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ProviderWorld } from '../../delivery/adapter.ts'
import { eachOf } from '../../delivery/call-provider.ts'
import { ReadRefused, readWecom, type WecomSettings } from './wecom-api.ts'

/**
 * Who of the customers is a contact of a member, by unionid. WeCom knows contacts by an id of its own and forbids asking for one
 * person after another, so the contacts of all members are read page by page and kept in the account's memo (sealed; its names
 * are hashes). The company has to have linked its open-platform account, or contacts come without unionid.
 */

type World = ProviderWorld<WecomSettings>

const nameOf = (kind: 'union' | 'contact', id: string): string =>
  `${kind}:${createHash('sha256').update(id).digest('hex').slice(0, 32)}`

/** Contacts not seen again for so long are no contacts. Longer than two readings are apart. */
const keptDays = 14

export const keepContact = async (world: World, unionId: string, contactId: string): Promise<void> => {
  const until = new Date(world.now().getTime() + keptDays * 86_400_000)
  await world.memo.write(nameOf('union', unionId), contactId, until)
  await world.memo.write(nameOf('contact', contactId), unionId, until)
}

/** Takes a contact that is none any more off the list; his happenings can still be told for a while. */
export const forgetContact = (world: World, unionId: string): Promise<void> =>
  world.memo.write(nameOf('union', unionId), '', world.now())

/** WeCom's id of a person, or undefined: nobody of the company has him as a contact. */
export const contactOf = async (world: World, unionId: string): Promise<string | undefined> =>
  (await world.memo.read(nameOf('union', unionId))) || undefined

export const unionIdOf = (world: World, contactId: string): Promise<string | undefined> =>
  world.memo.read(nameOf('contact', contactId))

const Contact = z.object({
  external_contact: z.object({ external_userid: z.string(), unionid: z.string().optional() }),
})

/** No such contact, or not one that this application may see. */
const strange = new Set([84061, 40096, 40003, 60111])

/** Asks for one contact, as after a call-back. Undefined: gone, or without unionid. @throws NoAnswer, TokenRefused, ReadRefused */
export const askUnionId = async (world: World, contactId: string): Promise<string | undefined> => {
  try {
    const { external_contact } = await readWecom(
      world,
      '/cgi-bin/externalcontact/get',
      { query: { external_userid: contactId } },
      Contact,
    )
    const { unionid } = external_contact
    if (unionid !== undefined) await keepContact(world, unionid, contactId)
    return unionid
  } catch (error) {
    if (error instanceof ReadRefused && strange.has(error.errcode)) return undefined
    throw error
  }
}

const Members = z.object({ follow_user: z.array(z.string()).default([]) })
const Page = z.object({ external_contact_list: z.array(Contact).default([]), next_cursor: z.string().default('') })
/** Where the reading stands. */
const Reading = z.object({
  members: z.array(z.string()),
  from: z.number().int(),
  cursor: z.string(),
  /** Instant at which the last one was complete, milliseconds. */
  completeAt: z.number().nullable(),
})
type Reading = z.output<typeof Reading>

const readingName = 'contacts'
const membersAtOnce = 100
/** Of 100 contacts; in one call, which is made each minute. */
const pagesAtOnce = 50
const anewAfterMs = 24 * 3_600_000

const readingOf = async (world: World): Promise<Reading | undefined> => {
  const kept = await world.memo.read(readingName)
  return kept === undefined ? undefined : Reading.parse(JSON.parse(kept))
}

/** Whether all contacts were read at least once, so that a person who is not among them is none. */
export const areContactsRead = async (world: World): Promise<boolean> =>
  ((await readingOf(world))?.completeAt ?? null) !== null

/** Goes on reading contacts, a few thousand at a time; begins anew once a day. @throws NoAnswer, TokenRefused, ReadRefused */
export const readContacts = async (world: World): Promise<void> => {
  let at = await readingOf(world)
  const isAtRest = at !== undefined && at.from >= at.members.length
  if (at && isAtRest && at.completeAt !== null && world.now().getTime() - at.completeAt < anewAfterMs) return
  if (!at || isAtRest) {
    const { follow_user } = await readWecom(
      world,
      '/cgi-bin/externalcontact/get_follow_user_list',
      { query: {} },
      Members,
    )
    at = { members: follow_user, from: 0, cursor: '', completeAt: at?.completeAt ?? null }
  }
  for (let page = 0; page < pagesAtOnce && at.from < at.members.length && !world.signal.aborted; page++) {
    const { external_contact_list, next_cursor }: z.output<typeof Page> = await readWecom(
      world,
      '/cgi-bin/externalcontact/batch/get_by_user',
      { body: { userid_list: at.members.slice(at.from, at.from + membersAtOnce), cursor: at.cursor, limit: 100 } },
      Page,
    )
    await eachOf(external_contact_list, 8, async ({ external_contact: { unionid, external_userid } }) => {
      if (unionid !== undefined) await keepContact(world, unionid, external_userid)
    })
    at = next_cursor === '' ? { ...at, from: at.from + membersAtOnce, cursor: '' } : { ...at, cursor: next_cursor }
    await world.memo.write(readingName, JSON.stringify(at))
  }
  if (at.from >= at.members.length)
    await world.memo.write(readingName, JSON.stringify({ ...at, completeAt: world.now().getTime() }))
}
