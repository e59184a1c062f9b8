import { sql } from 'kysely'
import { type Ctx, mask, problem } from '#platform'
import { type Applied, applySightings, type Sighting, type TraitWrite } from '../identity/apply.ts'
import { kindNumber, rulesOf } from '../identity/kinds.ts'
import { copyOverrides, copyTraits, copyUniverse, reconcile } from '../mirror.ts'
import type { GroupInspection, StreamQuality } from '../quality/stream.ts'
import { copyReachLines, reachLines } from '../reach.ts'
import { customersTouched } from '../touched.ts'
import { type Dictionary, typeTraits } from '../traits/dictionary.ts'
import { typeOf } from '../traits/trait-type.ts'
import { declaredPersonal, hideDeclared } from './declared-personal.ts'
import { type KnownTraits, knowsNothing, openKnownTraits, type Said } from './known-traits.ts'
import type { FieldProblem, Prepared } from './message.ts'
import { messageHash, type Seen } from './seen.ts'
import { isAnybodyListening, tellStored } from './stored-events.ts'
import { type Remembered, twoGenerations } from './two-generations.ts'

export type Fate = 'stored' | 'duplicate'

/** Most messages in one commit: bounds memory and keeps a commit under a quarter of a second. */
const maxGroup = 20_000
/** Identifier sets whose customer is remembered, in two generations of this many. Numbers never change their meaning. */
const rememberedSets = 300_000

/** Shorter than a claim on a message lasts (`seen.ts`), so that nobody takes it over while its row may still arrive. */
const insertSeconds = 60

/** Without traffic nobody finds out that a store works again, so after this long it is given another chance. */
const failingMs = 10_000

interface Waiting {
  messages: readonly Prepared[]
  resolve: (fates: Fate[]) => void
  reject: (error: unknown) => void
  /** Its group failed because of something in it: it goes through by itself, so that it fails alone or not at all. */
  alone?: boolean
}

export interface Committer {
  /** Resolves when every message is durable (or known to be). Messages that arrive while a group is written form the next. */
  add(messages: readonly Prepared[]): Promise<Fate[]>
  /** Messages accepted and not yet durable. */
  waiting(): number
  /** Whether the stores lately could not take messages, and nothing has gone through since. */
  failing(): boolean
  /** Stops after what was accepted is durable. */
  drain(): Promise<void>
  /** Somebody else wrote traits of these numbers: what was last said of them counts no more. */
  traitsWritten(nos: Iterable<number>): void
  /** Customers were merged, taken apart or erased: forget whose identifiers are whose. */
  forget(): void
}

/** Writes tracking messages in groups: one look-up, one Postgres transaction where needed, one insert per table. */
export const openCommitter = (
  ctx: Ctx,
  { seen, dictionary, quality }: { seen: Seen; dictionary: Dictionary; quality: StreamQuality },
): Committer => {
  const queue: Waiting[] = []
  let queued = 0
  let running: Promise<void> | undefined
  const remembered = twoGenerations<string, number>(rememberedSets)
  const knownTraits = ctx.store.mode === 'embedded' ? openKnownTraits() : knowsNothing

  let failedAt: number | undefined
  /** A group failed, perhaps after Postgres and before ClickHouse had what it brought: the two are compared when both work again. */
  let apart = false
  let mending: Promise<void> = Promise.resolve()
  const mend = () => {
    apart = false
    mending = reconcile(ctx).then(
      () => undefined,
      (error: unknown) => {
        apart = true
        ctx.log.warn({ error }, 'stores not compared after a failure')
      },
    )
  }

  // Two groups are under way at most: one whose rows are being inserted, and the next being looked up meanwhile.
  let inserting: Inserting = { hashes: new Set(), done: Promise.resolve(true) }
  const run = async () => {
    while (queue.length > 0) {
      const group: Waiting[] = []
      let size = 0
      while (queue.length > 0 && (size === 0 || size + (queue[0]?.messages.length ?? 0) <= maxGroup)) {
        if (queue[0]?.alone && group.length > 0) break
        const next = queue.shift()
        if (!next) break
        group.push(next)
        size += next.messages.length
        if (next.alone) break
      }
      const startedAt = performance.now()
      const finish = (settle: (one: Waiting, at: number) => void) => {
        let at = 0
        for (const one of group) {
          settle(one, at)
          at += one.messages.length
        }
        queued -= size
        ctx.metrics.ingestWaiting.set(queued)
        ctx.metrics.commitSeconds.observe((performance.now() - startedAt) / 1_000)
      }
      const failed = (error: unknown) => {
        apart = true
        if (!isAboutData(error)) failedAt = Date.now()
        ctx.log.error({ error, messages: size }, 'messages not stored')
        if (group.length > 1 && isAboutData(error)) {
          queue.unshift(...group.map((one) => ({ ...one, alone: true })))
          return
        }
        finish(({ reject }) => reject(asUnavailable(error)))
      }
      try {
        const ready = await prepareGroup(
          ctx,
          group.flatMap(({ messages }) => messages),
          { seen, dictionary, quality, remembered, knownTraits, inserting },
        )
        await inserting.done
        const done = insertGroup(ctx, ready, { seen, knownTraits, quality }).then(
          () => {
            failedAt = undefined
            if (apart) mend()
            finish(({ messages, resolve, reject }, at) => {
              const fates = ready.fates.slice(at, at + messages.length)
              // Another process holds some of its messages: their sender asks again when it is known what became of them.
              if (ready.busy.size > 0 && messages.some((_, index) => ready.busy.has(at + index)))
                reject(problem.unavailable({ reason: 'another process is storing the same messages' }))
              else resolve(fates)
            })
            return true
          },
          (error: unknown) => {
            failed(error)
            return false
          },
        )
        inserting = { hashes: new Set(ready.fresh.map(({ hash }) => hash)), done }
      } catch (error) {
        failed(error)
      }
      if (queue.length === 0) await inserting.done
    }
    running = undefined
  }

  return {
    add: (messages) =>
      new Promise((resolve, reject) => {
        queue.push({ messages, resolve, reject })
        queued += messages.length
        // After this turn of the loop, so that requests which arrived together are written together.
        running ??= new Promise<void>((go) => setImmediate(go)).then(run)
      }),
    waiting: () => queued,
    failing: () => failedAt !== undefined && Date.now() - failedAt < failingMs,
    drain: async () => {
      while (running) await running
      await mending
    },
    traitsWritten: (nos) => knownTraits.forget(nos),
    forget: () => {
      remembered.clear()
      knownTraits.clear()
    },
  }
}

/** ClickHouse could not read a value: BAD_ARGUMENTS, CANNOT_PARSE_*, TYPE_MISMATCH, ARGUMENT_OUT_OF_BOUND, INCORRECT_DATA and kin. */
const unreadable = new Set([
  '6',
  '26',
  '27',
  '33',
  '36',
  '38',
  '41',
  '53',
  '69',
  '70',
  '72',
  '117',
  '131',
  '321',
  '349',
  '395',
])

/** Whether something in the messages is at fault rather than a store: SQLSTATE class 22, unreadable values, a bug of ours. */
const isAboutData = (error: unknown): boolean => {
  if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError) return true
  if (!(error instanceof Error) || !('code' in error)) return false
  const code = String(error.code)
  return error.name === 'ClickHouseError' ? unreadable.has(code) : /^22[0-9A-Z]{3}$/.test(code)
}

/** Nothing was acknowledged, so trying again is right whatever went wrong. */
const asUnavailable = (error: unknown) =>
  error instanceof Error && error.name === 'Problem'
    ? error
    : problem.unavailable({ reason: 'the messages could not be stored' })

interface Inserting {
  hashes: ReadonlySet<bigint>
  /** Whether they were stored. Never rejects. */
  done: Promise<boolean>
}

interface Parts {
  seen: Seen
  dictionary: Dictionary
  quality: StreamQuality
  remembered: Remembered<string, number>
  knownTraits: KnownTraits
  inserting: Inserting
}

interface Fresh {
  message: Prepared
  hash: bigint
  no: number
}

interface ReadyGroup {
  fates: Fate[]
  /** Places of messages that another process is storing right now. */
  busy: Set<number>
  fresh: Fresh[]
  body: string
  rejects: string
  /** What the quality rules found; undefined when none is about these messages. */
  inspection: GroupInspection | undefined
}

/** Everything up to the event rows: duplicates out, customers found or made, traits and new customers stored. */
const prepareGroup = async (
  ctx: Ctx,
  messages: readonly Prepared[],
  { seen, dictionary, quality, remembered, knownTraits, inserting }: Parts,
): Promise<ReadyGroup> => {
  const hashes = messages.map(({ messageId }) => messageHash(messageId))
  // The same message twice within a breath: what the group before this one does decides.
  if (hashes.some((hash) => inserting.hashes.has(hash))) await inserting.done
  const { stored, elsewhere } = await seen.look([...new Set(hashes)])
  const busy = new Set<number>()
  const fates: Fate[] = []
  const fresh: Fresh[] = []
  const inGroup = new Set<bigint>()
  messages.forEach((message, index) => {
    const hash = hashes[index] ?? 0n
    if (elsewhere.has(hash)) busy.add(index)
    const again = stored.has(hash) || elsewhere.has(hash) || inGroup.has(hash)
    fates.push(again ? 'duplicate' : 'stored')
    if (again) return
    inGroup.add(hash)
    fresh.push({ message, hash, no: 0 })
  })
  if (fresh.length === 0) return { fates, busy, fresh, body: '', rejects: '', inspection: undefined }
  try {
    const declared = declaredPersonal(await dictionary.entries(ctx))
    if (declared.size > 0) for (const { message } of fresh) hideDeclared(message, declared)
    const inspection = await quality.inspect(ctx, fresh)
    const unresolved: Fresh[] = []
    const said: Said[] = []
    for (const one of fresh) {
      const { message } = one
      const known = message.type === 'alias' ? undefined : remembered.get(rememberedKey(message))
      if (
        known !== undefined &&
        // Rows of files may bring traits with any event.
        (message.type === 'identify'
          ? message.problems.length === 0 && knownTraits.same(known, message, said)
          : message.traits.length === 0)
      )
        one.no = known
      else unresolved.push(one)
    }
    const problems: { message: Prepared; problem: FieldProblem }[] = []
    if (unresolved.length > 0)
      await resolveCustomers(ctx, unresolved, { dictionary, remembered, knownTraits, problems, said })
    for (const { message } of fresh) for (const each of message.problems) problems.push({ message, problem: each })
    return {
      fates,
      busy,
      fresh,
      body: fresh.map(({ message, hash, no }) => eventRow(message, hash, no)).join(''),
      rejects: problems.map(rejectRow).join(''),
      inspection,
    }
  } catch (error) {
    await seen.release([...inGroup])
    throw error
  }
}

/** The event rows come last: a message counts as stored when its row is, so whatever else it brought must be there before. */
const insertGroup = async (
  ctx: Ctx,
  { fresh, body, rejects, inspection }: ReadyGroup,
  { seen, knownTraits, quality }: Pick<Parts, 'seen' | 'knownTraits' | 'quality'>,
): Promise<void> => {
  if (fresh.length === 0) return
  const hashes = fresh.map(({ hash }) => hash)
  // While the rows may still arrive without an answer, the claims on them must stand: sent again they could be stored twice.
  let mayArrive = false
  try {
    if (rejects !== '') await ctx.ch.insert('rejects', rejects)
    if (inspection) await quality.store(ctx, inspection)
    mayArrive = ctx.ch.mode !== 'embedded'
    await ctx.ch.insert('events', Buffer.from(body), { columns: eventColumns, timeoutSeconds: insertSeconds })
    mayArrive = false
    await customersTouched(
      ctx,
      fresh.map(({ no }) => no),
    )
  } catch (error) {
    // A ClickHouseError is an answer: the rows are not there.
    if (!mayArrive || isAboutData(error) || (error instanceof Error && error.name === 'ClickHouseError'))
      await seen.release(hashes)
    throw error
  }
  if (isAnybodyListening(ctx))
    tellStored(
      ctx,
      fresh.map(({ no, hash, message: { event, atMs, receivedAtMs, properties } }) => ({
        no,
        hash,
        event,
        atMs,
        receivedAtMs,
        properties,
      })),
    )
  seen.add(hashes)
  if (inspection) quality.count(inspection)
  for (const { no, message } of fresh) if (message.type === 'identify') knownTraits.stored(no, message)
}

const setKey = ({ identifiers }: Prepared): string => {
  const [first, second] = identifiers
  // Said again as checked, it has something new to say.
  if (identifiers.some(({ verified }) => verified))
    return identifiers.map(({ kind, value, verified }) => `${kind}:${value}${verified ? '\u0001' : ''}`).join('\u0000')
  if (identifiers.length === 1 && first) return `${first.kind}:${first.value}`
  if (identifiers.length === 2 && first && second)
    return `${first.kind}:${first.value}\u0000${second.kind}:${second.value}`
  return identifiers.map(({ kind, value }) => `${kind}:${value}`).join('\u0000')
}

const mayMerge = ({ type }: Prepared): boolean => type === 'identify' || type === 'alias'

/** That a track call carried these identifiers does not spare an identify call of the same: only that one merges. */
const rememberedKey = (message: Prepared): string => `${mayMerge(message) ? '+' : ''}${setKey(message)}`

const resolveCustomers = async (
  ctx: Ctx,
  unresolved: { message: Prepared; no: number }[],
  {
    dictionary,
    remembered,
    knownTraits,
    problems,
    said,
  }: {
    dictionary: Dictionary
    remembered: Remembered<string, number>
    knownTraits: KnownTraits
    problems: { message: Prepared; problem: FieldProblem }[]
    said: readonly Said[]
  },
): Promise<void> => {
  await namePreviousIds(ctx, unresolved)
  const identifies = unresolved.filter(({ message }) => message.traits.length > 0)
  await dictionary.learn(
    ctx,
    identifies.flatMap(({ message }) =>
      message.traits
        .filter(({ value }) => value !== null)
        .map(({ name, value, personal }) => ({ name, type: typeOf(value), personal })),
    ),
  )
  const entries = await dictionary.entries(ctx)
  // Messages with the same identifiers and nothing else to say are one sighting: a session's hundred views are one look-up.
  const sightings: Sighting[] = said.map((former) => ({
    identifiers: former.identifiers,
    mayMerge: false,
    traits: typeTraits(entries, former.traits).writes,
    atMs: former.atMs,
    sourceId: former.sourceId,
    importId: former.importId,
  }))
  const sightingOf: number[] = []
  const bySet = new Map<string, number>()
  for (const { message } of unresolved) {
    const plain = message.traits.length === 0 && message.type !== 'alias' && message.type !== 'identify'
    const key = setKey(message)
    const same = plain ? bySet.get(key) : undefined
    if (same !== undefined) {
      sightingOf.push(same)
      continue
    }
    let writes: TraitWrite[] = []
    if (message.traits.length > 0) {
      const typed = typeTraits(entries, message.traits)
      writes = typed.writes
      for (const each of typed.problems) problems.push({ message, problem: each })
    }
    if (plain) bySet.set(key, sightings.length)
    sightingOf.push(sightings.length)
    sightings.push({
      identifiers: message.identifiers,
      mayMerge: mayMerge(message),
      traits: writes,
      atMs: message.atMs,
      sourceId: message.sourceId,
      importId: message.importId,
    })
  }
  const applied = await withRetry(() => ctx.tx((tx) => applySightings(tx, sightings)))
  const nobody: number[] = []
  unresolved.forEach((one, index) => {
    const no = applied.nos[sightingOf[index] ?? 0]
    if (no === undefined) {
      nobody.push(index)
      return
    }
    one.no = no
    remembered.set(rememberedKey(one.message), no)
    if (mayMerge(one.message)) remembered.set(setKey(one.message), no)
    knownTraits.isPartOf(no, applied.roots[sightingOf[index] ?? 0] ?? no)
  })
  knownTraits.forget(applied.overrides.flatMap(({ fromNo, toNo }) => [fromNo, toNo]))
  for (const { sighting, identifier } of applied.left) {
    const message = unresolved[sightingOf.indexOf(sighting)]?.message
    if (message)
      problems.push({
        message,
        problem: {
          field: identifier.kind,
          valueMasked: mask(identifier.kind, identifier.value),
          code: 'identifier.tooMany',
          reason: `A customer has at most ${rulesOf[identifier.kind].limit} of this kind`,
        },
      })
  }
  // Every identifier was a placeholder that stands for nobody: the event is kept under number 0, which no audience counts.
  for (const index of nobody) {
    const one = unresolved[index]
    if (one)
      problems.push({
        message: one.message,
        problem: {
          field: 'userId',
          valueMasked: '***',
          code: 'identifier.blocked',
          reason: 'The identifier is a placeholder that stands for nobody',
        },
      })
  }
  await mirror(ctx, sightings, applied)
}

/** alias: was the former id an account or an anonymous id? What the store knows it as; unknown ones count as anonymous. */
const namePreviousIds = async (ctx: Ctx, unresolved: readonly { message: Prepared }[]): Promise<void> => {
  const aliases = unresolved.filter(({ message }) => message.previousId !== undefined)
  if (aliases.length === 0) return
  const { rows } = await sql<{ hash: string }>`
    select hash from customers.identifier where kind = ${kindNumber('accountId')}
      and hash = any(${aliases.map(({ message }) => ctx.vault.blindIndex('accountId', message.previousId ?? ''))}::uuid[])`.execute(
    ctx.pg,
  )
  const accounts = new Set(rows.map(({ hash }) => hash))
  // An account may come in the same breath as its alias: clients send both in one batch.
  for (const { message } of unresolved)
    for (const { kind, value } of message.identifiers)
      if (kind === 'accountId') accounts.add(ctx.vault.blindIndex(kind, value))
  for (const { message } of aliases) {
    const previous = message.previousId ?? ''
    message.identifiers.push({
      kind: accounts.has(ctx.vault.blindIndex('accountId', previous)) ? 'accountId' : 'anonymousId',
      value: previous,
    })
    message.previousId = undefined
  }
}

/** What the group changed in Postgres, copied to ClickHouse before the events that rely on it. */
export const mirror = async (ctx: Ctx, sightings: readonly Sighting[], applied: Applied): Promise<void> => {
  await Promise.all([
    copyUniverse(ctx, applied.created),
    copyOverrides(ctx, applied.overrides),
    copyTraits(ctx, sightings, applied.nos),
    copyReachLines(ctx, reachLines(applied.reach)),
  ])
}

const uniqueViolation = '23505'
const serializationFailure = '40001'
const deadlock = '40P01'

/** Two processes that meet the same new identifier: one wins, the other looks again. */
export const withRetry = async <T>(run: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (attempt >= 5 || (code !== uniqueViolation && code !== serializationFailure && code !== deadlock)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt))
    }
  }
}

const eventColumns = [
  'event',
  'customer_no',
  'ts',
  'message_hash',
  'message_id',
  'type',
  'source_id',
  'import_id',
  'received_at',
  'sent_at',
  'properties',
  'context',
] as const

/** Tab-separated form: JSON text has no raw tab or newline, so only backslashes need care. */
const tsv = (text: string): string =>
  text.includes('\\') || text.includes('\t') || text.includes('\n') || text.includes('\r')
    ? text.replace(/[\\\t\n\r]/g, (character) =>
        character === '\t' ? '\\t' : character === '\n' ? '\\n' : character === '\r' ? '\\r' : '\\\\',
      )
    : text

const instantText = (ms: number): string => {
  const iso = new Date(ms).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`
}

/** `instantText` for a column that has the same instant in row after row: all messages of a request share two of three. */
const repeatedInstant = () => {
  let lastMs: number | undefined
  let text = ''
  return (ms: number): string => {
    if (ms !== lastMs) text = instantText(ms)
    lastMs = ms
    return text
  }
}
const receivedText = repeatedInstant()
const sentText = repeatedInstant()

const eventRow = (message: Prepared, hash: bigint, no: number): string =>
  `${tsv(message.event)}\t${no}\t${instantText(message.atMs)}\t${hash}\t${tsv(message.messageId)}\t${message.type}\t${message.sourceId}\t${message.importId}\t${receivedText(message.receivedAtMs)}\t${message.sentAtMs === undefined ? '\\N' : sentText(message.sentAtMs)}\t${tsv(message.properties)}\t${tsv(message.context)}\n`

const rejectRow = ({
  message,
  problem: { field, valueMasked, code, reason },
}: {
  message: Prepared
  problem: FieldProblem
}): string =>
  `${instantText(message.receivedAtMs)}\t${message.sourceId}\t${message.importId}\t0\t${tsv(field)}\t${tsv(valueMasked)}\t${code}\t${tsv(reason)}\t${tsv(message.messageId)}\t\n`
