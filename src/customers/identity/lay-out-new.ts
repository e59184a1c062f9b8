import type { CopyRows, Ctx, CustomerKey } from '#platform'
import { sealDocumentText } from '../personal-document.ts'
import { reachBit } from '../reach.ts'
import { rulesOf } from './kinds.ts'
import { customerRows, identifierRows } from './people-rows.ts'
import type { Keyed, Plan } from './resolve.ts'
import type { Sighting } from './sighting.ts'

/** Rows of people nobody knew. */
interface NewRows {
  customers: CopyRows
  identifiers: CopyRows
  keys: (CustomerKey & { customerNo: number })[]
  reach: Map<number, number>
}

/**
 * Sightings of people who have nothing to do with each other nor with anybody known: each is a customer of his own, and all
 * there is to do is to write him down. Skips what `resolve` and the general layout are for; half their time is kept.
 * @returns undefined when two sightings share an identifier, one has too many of a kind or clears a trait, which is the general case
 */
export const layOutNew = async (
  ctx: Pick<Ctx, 'vault'>,
  sightings: readonly Sighting[],
  keyed: readonly (readonly Keyed[])[],
  taking: readonly number[],
  nextNo: () => number,
  giveWay: () => Promise<void>,
): Promise<{ plan: Plan; laidOut: NewRows } | undefined> => {
  const seen = new Set<string>()
  let count = 0
  for (const index of taking) {
    const own = keyed[index] ?? []
    // More of a kind than one may have: which are left out is the resolver's to say. Those of a kind stand together.
    if (own.some(({ kind }, at) => own[at + rulesOf[kind].limit]?.kind === kind)) return undefined
    for (const { key } of own) seen.add(key)
    count += own.length
    if (sightings[index]?.traits.some(({ value }) => value === null)) return undefined
  }
  if (seen.size < count) return undefined

  const customers = customerRows()
  const identifiers = identifierRows()
  const keys: NewRows['keys'] = []
  const reach: NewRows['reach'] = new Map()
  const nos: number[] = []
  const write = traitTexts()
  for (const [turn, index] of taking.entries()) {
    if (turn % rowsPerTurn === rowsPerTurn - 1) await giveWay()
    const sighting = sightings[index]
    const own = keyed[index] ?? []
    if (!sighting) continue
    const { atMs, sourceId, importId } = sighting
    const no = nextNo()
    nos.push(no)
    let kinds = 0
    for (const identifier of own) {
      identifiers.put(identifier, no, atMs, sourceId, importId)
      kinds |= reachBit(identifier.kind)
    }
    if (kinds !== 0) reach.set(no, kinds)
    const { plain, personal } = write(sighting)
    const document = documentText(own, personal)
    let sealed: Buffer | undefined
    if (document !== undefined) {
      const key = ctx.vault.newCustomerKey()
      keys.push({ customerNo: no, ...key })
      sealed = sealDocumentText(ctx.vault, key, no, document)
    }
    customers.put(no, atMs, plain, sealed)
  }
  const plan: Plan = { nos, created: nos, links: [], merges: [], conflicts: [], left: [] }
  return { plan, laidOut: { customers: customers.rows, keys, identifiers: identifiers.rows, reach } }
}

/** Sealing is most of the work: about 1 ms between two turns of the event loop. */
const rowsPerTurn = 32

/** Traits as the stored JSON texts: `{"age":[35,1795302813513,0,1]}`. The same name twice: the later one counts, as JSON has it. */
const traitTexts = () => {
  const names = new Map<string, string>()
  const quotedName = (name: string): string => {
    const held = names.get(name)
    if (held !== undefined) return held
    const quoted = JSON.stringify(name)
    names.set(name, quoted)
    return quoted
  }
  return ({ traits, atMs, sourceId, importId }: Sighting): { plain: string; personal: string } => {
    const end = `,${atMs},${sourceId},${importId}]`
    let plain = ''
    let personal = ''
    for (const { name, value, personal: isPersonal } of traits) {
      const text = `${quotedName(name)}:[${typeof value === 'string' ? JSON.stringify(value) : String(value)}${end}`
      if (isPersonal) personal += personal === '' ? text : `,${text}`
      else plain += plain === '' ? text : `,${text}`
    }
    return { plain: `{${plain}}`, personal: `{${personal}}` }
  }
}

/** The text of the personal document; identifiers come strongest kind first, so those of a kind stand together. */
const documentText = (identifiers: readonly Keyed[], personal: string): string | undefined => {
  let text = ''
  let kindBefore = ''
  for (const { kind, value } of identifiers) {
    if (!rulesOf[kind].personal) continue
    const quoted = JSON.stringify(value)
    if (kind === kindBefore) text = `${text.slice(0, -1)},${quoted}]`
    else text += `${text === '' ? '' : ','}"${kind}":[${quoted}]`
    kindBefore = kind
  }
  return text === '' && personal === '{}' ? undefined : `{"i":{${text}},"t":${personal}}`
}
