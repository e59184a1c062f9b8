import { type Ctx, fieldMeaning, type IdentifierKind } from '#platform'
import { fieldOf, type RuleRow } from './rules.ts'
import { type Verify, verifier } from './verify.ts'
import './tables.ts'

/** A rule ready to be put to values. */
export interface Compiled {
  no: number
  name: string
  field: string
  rejects: boolean
  verify: Verify
  /** The field is an identifier of this kind rather than a trait. */
  identifier: IdentifierKind | undefined
  isRequired: boolean
  isFormat: boolean
}

/** The enabled rules by what they are about. Immutable. */
export interface RuleSet {
  traits: ReadonlyMap<string, readonly Compiled[]>
  events: ReadonlyMap<string, readonly Compiled[]>
}

export const noRules: RuleSet = { traits: new Map(), events: new Map() }

export const compileRule = (row: Pick<RuleRow, 'id' | 'name' | 'target' | 'asks' | 'severity'>): Compiled => {
  const field = fieldOf(row.target)
  const meaning = 'trait' in row.target ? fieldMeaning(field)?.identifier : undefined
  return {
    no: row.id,
    name: row.name,
    field,
    rejects: row.severity === 'reject',
    verify: verifier(row.asks),
    identifier: meaning === 'userId' ? 'accountId' : meaning,
    isRequired: row.asks.kind === 'required',
    isFormat: row.asks.kind === 'format',
  }
}

/** Rules that can be put to one row or message; `unique`, and of traits `fresh`, need the base. */
export const compileSet = (rows: readonly RuleRow[]): RuleSet => {
  const traits = new Map<string, Compiled[]>()
  const events = new Map<string, Compiled[]>()
  for (const row of rows) {
    const { target, asks } = row
    if (!row.enabled || asks.kind === 'unique' || ('trait' in target && asks.kind === 'fresh')) continue
    const into = 'trait' in target ? traits : events
    const key = 'trait' in target ? target.trait : target.event
    const held = into.get(key)
    if (held) held.push(compileRule(row))
    else into.set(key, [compileRule(row)])
  }
  return traits.size + events.size === 0 ? noRules : { traits, events }
}

/** Other processes' changes to rules are seen after at most this long. */
const freshMs = 2_000

export interface Rules {
  /** The enabled rules, two seconds old at most; compiled anew only when one changed. */
  current(ctx: Ctx): Promise<RuleSet>
  forget(): void
}

export const openRules = (): Rules => {
  let held = noRules
  let of = ''
  let readAt = 0
  return {
    current: async (ctx) => {
      if (Date.now() - readAt < freshMs) return held
      const rows = await ctx.pg.selectFrom('customers.quality_rule').selectAll().orderBy('id').execute()
      const now = JSON.stringify(
        rows.map(({ id, version, enabled, severity, name }) => [id, version, enabled, severity, name]),
      )
      if (now !== of) held = compileSet(rows)
      of = now
      readAt = Date.now()
      return held
    },
    forget: () => {
      readAt = 0
    },
  }
}
