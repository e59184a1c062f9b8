import { sql } from 'kysely'
import { type Ctx, mayHold, normaliseIdentifier, scanText } from '#platform'
import { type IdentifierKind, isKind, kindNumber } from '../identity/kinds.ts'
import { csvTokens } from '../import/csv-tokens.ts'
import { type LinkFileReport, LinkKind } from './contract.ts'
import { problem } from './problem.ts'
import { type LinkToStore, storeLinks } from './store.ts'

/** How a file names a customer: by number or by an identifier. */
type Reference = { no: number } | { kind: IdentifierKind; value: string }

/** `#12`, `phone:13912345678`, `idCard:…`, `accountId:…`; undefined: none of these. */
export const readReference = (text: string): Reference | undefined => {
  const number = /^#(\d{1,9})$/.exec(text.trim())?.[1]
  if (number !== undefined) return { no: Number(number) }
  const at = text.indexOf(':')
  const kind = text.slice(0, Math.max(0, at)).trim()
  if (!isKind(kind)) return undefined
  const value = normaliseIdentifier(kind, text.slice(at + 1))
  return value === undefined ? undefined : { kind, value }
}

interface Line {
  line: number
  kind: LinkKind
  from: Reference
  to: Reference
  evidence: string
  since: string | null
}
interface Reject {
  line: number
  code: string
}

const parse = (text: string): { lines: Line[]; rejected: Reject[]; read: number } => {
  const lines: Line[] = []
  const rejected: Reject[] = []
  let heading: string[] | undefined
  let read = 0
  const tokens = csvTokens({ separator: ',', quote: '"', newline: '\n' }, (fields, line, fault) => {
    if (!heading) {
      heading = fields.map((name) => name.trim().replace(/^\uFEFF/, ''))
      return
    }
    if (fields.every((value) => value.trim() === '') && !fault) return
    read++
    const value = (name: string) => fields[heading?.indexOf(name) ?? -1]?.trim() ?? ''
    const kind = LinkKind.safeParse(value('kind'))
    const [from, to] = [readReference(value('from')), readReference(value('to'))]
    const since = value('since')
    const evidence = value('evidence').slice(0, 200)
    if (fault) rejected.push({ line, code: 'unreadable' })
    else if (!kind.success) rejected.push({ line, code: 'kindUnknown' })
    else if (!from || !to) rejected.push({ line, code: 'customerUnreadable' })
    else if (since !== '' && !/^\d{4}-\d{2}-\d{2}$/.test(since)) rejected.push({ line, code: 'dateWrong' })
    else if (mayHold(evidence) && scanText(evidence).text !== evidence)
      rejected.push({ line, code: 'evidencePersonal' })
    else lines.push({ line, kind: kind.data, from, to, evidence, since: since === '' ? null : since })
  })
  tokens.push(text)
  tokens.end()
  if (!heading || !['kind', 'from', 'to'].every((name) => heading?.includes(name))) throw problem.linkFileHeading()
  return { lines, rejected, read }
}

/** Customers by reference, one statement per thousand. */
const findCustomers = async (ctx: Ctx, references: readonly Reference[]): Promise<(number | undefined)[]> => {
  const hashes = references.map((one) => ('no' in one ? null : ctx.vault.blindIndex(one.kind, one.value)))
  const kinds = references.map((one) => ('no' in one ? null : kindNumber(one.kind)))
  const numbers = references.map((one) => ('no' in one ? one.no : null))
  const { rows } = await sql<{ place: number; no: number }>`
    select a.place::int as place, c.root_no as no
    from unnest(${kinds}::smallint[], ${hashes}::uuid[], ${numbers}::int[]) with ordinality as a (kind, hash, no, place)
    left join customers.identifier i on i.kind = a.kind and i.hash = a.hash
    join customers.customer c on c.no = coalesce(a.no, i.no) where c.erased_at is null`.execute(ctx.pg)
  const found = new Map(rows.map(({ place, no }) => [place - 1, no]))
  return references.map((_, place) => found.get(place))
}

const linesPerStep = 1_000
const mostRejectsShown = 200

/**
 * Takes links from a file of pairs. Lines that cannot be used are reported with their number and a code, never with their
 * text; the others are stored. The same file again changes nothing.
 * @throws customers.linkFileHeading
 */
export const importLinks = (ctx: Ctx, text: string): Promise<LinkFileReport> =>
  ctx.tx(async (ctx) => {
    const { lines, rejected, read } = parse(text)
    let made = 0
    let known = 0
    for (let start = 0; start < lines.length; start += linesPerStep) {
      const step = lines.slice(start, start + linesPerStep)
      const nos = await findCustomers(
        ctx,
        step.flatMap(({ from, to }) => [from, to]),
      )
      const links: LinkToStore[] = []
      step.forEach(({ line, kind, evidence, since }, index) => {
        const [from, to] = [nos[index * 2], nos[index * 2 + 1]]
        if (from === undefined || to === undefined) rejected.push({ line, code: 'customerUnknown' })
        else if (from === to) rejected.push({ line, code: 'sameCustomer' })
        else links.push({ kind, from, to, evidence, since })
      })
      const stored = await storeLinks(ctx, links, { state: 'confirmed', source: 'file' })
      made += stored
      known += links.length - stored
    }
    await ctx.audit.record(ctx, { action: 'link.import', detail: { read, made, rejected: rejected.length } })
    rejected.sort((a, b) => a.line - b.line)
    return { read, made, known, rejected: rejected.slice(0, mostRejectsShown), rejectedTotal: rejected.length }
  })
