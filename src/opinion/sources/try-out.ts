import { type Ctx, mask, scanText } from '#platform'
import type { Item } from '../contract.ts'
import { Fault } from './fetch.ts'
import { mannersOf, NotYet, userAgentOf } from './manners.ts'
import { problem } from './problem.ts'
import type { DoorNote } from './read/door.ts'
import type { Reading } from './read-source.ts'
import { NoList, readSource } from './read-source.ts'
import { timesOf } from './run-source.ts'
import { NewSource, type TriedItem, type TryOut } from './sources-contract.ts'
import { isFetched, secretOf, sourceRow } from './store.ts'
import { passDoor } from './take-found.ts'

/** Reading a source once without storing anything, to see what it would give. */

const shownItems = 10
const shownRejects = 20
const shownText = 400

/** A post as it would be stored: masked. */
export const triedItem = ({ item, notes }: { item: Item; notes: readonly DoorNote[] }): TriedItem => {
  const plain = (text: string) => scanText(text).text
  const name = plain(item.author?.name ?? '')
  const text = plain(item.text)
  return {
    guid: item.guid,
    url: item.url,
    title: plain(item.title),
    text: text.length > shownText ? `${text.slice(0, shownText)}…` : text,
    publishedAt: item.publishedAt,
    dateDoubt: item.dateDoubt ?? '',
    kind: item.kind,
    platform: item.platform,
    author: name !== '' && (item.author?.class ?? 'person') === 'person' ? mask('name', name) : name,
    counts: Object.fromEntries(
      Object.entries(item.engagement).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
    ),
    complaint: item.complaint
      ? {
          ...item.complaint,
          ...(item.complaint.summary !== undefined && { summary: plain(item.complaint.summary).slice(0, shownText) }),
        }
      : null,
    hotList: item.hotList ?? null,
    notes: [...notes],
  }
}

/**
 * Asks once and shows what would be taken, what refused and why; stores nothing, remembers nothing.
 * @param from a stored source whose secret is used when none is given and the address is its own
 * @throws problem.notFetched
 */
export const tryOut = async (
  ctx: Ctx,
  given: NewSource & { from?: number | undefined },
  signal: AbortSignal,
): Promise<TryOut> => {
  const { config, politeness, secret, from } = given
  if (!isFetched(config.kind)) throw problem.notFetched({ kind: config.kind })
  const began = performance.now()
  let reading: Reading | undefined
  let fault: Fault | undefined
  try {
    reading = await readSource(config, {
      secret: secret ?? (from === undefined ? undefined : await secretAt(ctx, from, config)),
      userAgent: userAgentOf(ctx),
      allowInside: ctx.config.webhooksPrivate,
      before: mannersOf(ctx, politeness, signal),
      signal,
    })
  } catch (error) {
    if (error instanceof Fault) fault = error
    else if (error instanceof NotYet) fault = new Fault('busy', error.message)
    else throw error
  }
  const base = reading?.raws[0]?.url
  const { passed, rejects } = passDoor(reading?.found ?? [], {
    settings: { ...given, ...timesOf(config) },
    now: ctx.now(),
    base,
  })
  const explored = (fault instanceof NoList ? fault.explored : reading?.explored) ?? {
    lists: [],
    fields: [],
    proposal: {},
  }
  const empty = reading !== undefined && passed.length === 0
  const told = fault?.fault ?? (empty ? (rejects.length > 0 ? 'allRefused' : 'noItems') : null)
  return {
    ok: told === null,
    fault: told,
    faultText: fault?.message.slice(0, 300) ?? '',
    status: fault?.status ?? reading?.raws[0]?.status ?? null,
    bytes: (reading?.raws ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0),
    tookMs: Math.round(performance.now() - began),
    found: reading?.found.length ?? 0,
    items: passed.slice(0, shownItems).map(triedItem),
    rejects: rejects.slice(0, shownRejects),
    ...explored,
    // What stands in an answer may name people.
    fields: explored.fields.map(({ path, example }) => ({ path, example: scanText(example).text })),
  }
}

/** A stored secret, for the place it was given for only. */
const secretAt = async (ctx: Ctx, id: number, config: NewSource['config']): Promise<string | undefined> => {
  const row = await sourceRow(ctx, id)
  const known = NewSource.shape.config.parse(row.config)
  const same =
    'url' in known && 'url' in config
      ? new URL(known.url).origin === new URL(config.url).origin
      : known.kind === 'mailbox' &&
        config.kind === 'mailbox' &&
        known.host === config.host &&
        known.user === config.user
  return same ? await secretOf(ctx, row) : undefined
}
