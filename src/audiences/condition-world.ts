import { ch } from '#platform'
import type { Clock, TraitType } from './comparison.ts'
import type { Definition, WindowCondition } from './definition-contract.ts'
import { momentPeriod, type Period, relativePeriod } from './moments.ts'

const { sql, moment } = ch
type Sql = ch.Sql

/** Tables that conditions read; each has a column `customer_no`. */
export type FactTable = 'events' | 'traits' | 'customers' | 'tag_values' | 'customer_consents' | 'customer_reach'

const wholeTables: Readonly<Record<FactTable, Sql>> = {
  events: sql`events`,
  traits: sql`traits`,
  customers: sql`customers final`,
  tag_values: sql`tag_values`,
  customer_consents: sql`customer_consents`,
  customer_reach: sql`customer_reach`,
}

/** A tag as conditions need to know it. */
export interface KnownTag {
  no: number
  type: 'string' | 'number' | 'date'
  multi: boolean
}

/** The stored refreshes of an audience. */
export interface Refreshes {
  /** The very first, kept or not. */
  first: number
  /** Up to which number they are shown, the changes between two stored ones included. */
  shown: number
  /** Numbers never shown, both ends included. */
  voids: readonly (readonly [from: number, to: number])[]
}

/** What a definition is compiled against. */
export interface World extends Clock {
  /** Whether any customer has been merged into another; without merges the reader is spared a look-up per row. */
  merges: boolean
  /** The dictionary: the type of each trait by name. */
  traits: ReadonlyMap<string, TraitType>
  /** Names of personal traits: they are sealed in Postgres and cannot be compared. */
  sealed?: ReadonlySet<string>
  /** Where facts are read instead of the whole tables, for example the facts of a few customers only. */
  from?: Partial<Record<FactTable, Sql>>
  /** Definitions of the audiences that may be named, by id in lower case. They are inlined, so all is true of one instant. */
  audiences: ReadonlyMap<string, Definition>
  /** Active tags by key. */
  tags?: ReadonlyMap<string, KnownTag>
  /** Ids of lists, in lower case. */
  lists?: ReadonlySet<string>
  /** By audience id in lower case; audiences never refreshed are missing. */
  refreshes?: ReadonlyMap<string, Refreshes>
}

export const tableOf = (table: FactTable, { from }: World): Sql => from?.[table] ?? wholeTables[table]

/** The customer a row counts for. */
export const counted = ({ merges }: World): Sql =>
  merges ? sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)` : sql`customer_no`

/** A leaf selects this alone: one row, one bitmap. */
export const bitmapOf = (column: Sql): Sql => sql`groupBitmapState(${column}) as bitmap`

/** From-clause with everybody alive who was not merged into another: rows with `customer_no`. */
export const living = (world: World): Sql => {
  const own = world.merges ? sql` and ${counted(world)} = customer_no` : sql``
  return sql`from ${tableOf('customers', world)} where live = 1${own}`
}

const windowOf = ({ within, between, since, until }: WindowCondition, { at, zone }: Clock): Period => {
  if (within !== undefined) return relativePeriod(within, at, zone)
  const [from, to] = between ?? [since, until]
  return {
    from: from === undefined ? undefined : momentPeriod(from, zone).from,
    to: to === undefined ? undefined : momentPeriod(to, zone).to,
  }
}

/** Predicates that keep a column of instants inside the window; none without a window. */
export const inWindow = (column: Sql, window: WindowCondition, clock: Clock): Sql[] => {
  const { from, to } = windowOf(window, clock)
  return [...(from ? [sql`${column} >= ${moment(from)}`] : []), ...(to ? [sql`${column} <= ${moment(to)}`] : [])]
}

/** The last instant of a moment: a date counts to its end. */
export const untilMoment = (written: string | undefined, { at, zone }: Clock): Date =>
  written === undefined ? at : momentPeriod(written, zone).to

/** Milliseconds since long before the first instant that is stored: never negative, so zero can stand for "none". */
export const positiveMs = (column: Sql): Sql => sql`toUInt64(toUnixTimestamp64Milli(${column}) + 3000000000000)`
/** `positiveMs` of an instant at hand. */
export const positiveMsOf = (instant: Date): ch.Param => ch.u64(instant.getTime() + 3_000_000_000_000)
