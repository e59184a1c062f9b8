import type { z } from 'zod'
import {
  type ColumnRule,
  ConsentColumn,
  EventColumn,
  IdentifierColumn,
  IgnoreColumn,
  type ImportKind,
  Mapping,
  PropertiesColumn,
  PropertyColumn,
  TraitColumn,
} from './mapping-contract.ts'
import { momentParser } from './moment.ts'
import { problem } from './problem.ts'

interface Issue {
  /** Like `columns.age.type`. */
  path: string
  message: string
}

const KINDS_OF_COLUMN = {
  identifier: IdentifierColumn,
  trait: TraitColumn,
  event: EventColumn,
  property: PropertyColumn,
  properties: PropertiesColumn,
  consent: ConsentColumn,
  ignore: IgnoreColumn,
} as const

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const issuesOf = (error: z.ZodError, base: readonly PropertyKey[] = []): Issue[] =>
  error.issues.map((issue) => ({ path: [...base, ...issue.path].map(String).join('.'), message: issue.message }))

/** Says which of the seven kinds of column was meant and what is wrong with that, where a plain union only says no. */
const columnIssues = (columns: unknown): Issue[] => {
  if (!isObject(columns)) return []
  return Object.entries(columns).flatMap(([name, rule]) => {
    const path = `columns.${name}`
    const meant = isObject(rule) ? Object.keys(KINDS_OF_COLUMN).filter((key) => Object.hasOwn(rule, key)) : []
    if (meant.length !== 1) return [{ path, message: `Say exactly one of ${Object.keys(KINDS_OF_COLUMN).join(', ')}` }]
    const parsed = KINDS_OF_COLUMN[meant[0] as keyof typeof KINDS_OF_COLUMN].safeParse(rule)
    return parsed.success ? [] : issuesOf(parsed.error, ['columns', name])
  })
}

/**
 * A mapping from JSON, checked for a kind of import.
 * @throws problem.mappingWrong with every issue and its path
 */
export const parseMapping = (json: unknown, kind: ImportKind): Mapping => {
  const columns = columnIssues(isObject(json) ? json.columns : undefined)
  const parsed = Mapping.safeParse(json)
  const issues = parsed.success
    ? checkMapping(parsed.data, kind)
    : [...columns, ...issuesOf(parsed.error).filter(({ path }) => !path.startsWith('columns.'))]
  if (issues.length > 0 || !parsed.success) throw problem.mappingWrong({ issues })
  return parsed.data
}

const momentIssue = (path: string, moment: { format?: string | undefined; zone?: string | undefined }): Issue[] => {
  if (momentParser({ zone: moment.zone }) === undefined)
    return [{ path: `${path}.zone`, message: `There is no time zone ${moment.zone}` }]
  if (momentParser(moment) === undefined)
    return [
      {
        path: `${path}.format`,
        message: 'Give auto, epochSeconds, epochMilliseconds, excelSerial or a pattern with yyyy, M or MM and d or dd',
      },
    ]
  return []
}

/** What a well-formed mapping still lacks for this kind of import. */
const checkMapping = (mapping: Mapping, kind: ImportKind): Issue[] => {
  const issues: Issue[] = []
  const say = (path: string, message: string) => issues.push({ path, message })
  const rules = Object.entries(mapping.columns)
  const has = (test: (rule: ColumnRule) => boolean) => rules.some(([, rule]) => test(rule))
  const { defaults } = mapping

  if (mapping.kind !== undefined && mapping.kind !== kind)
    say('kind', `The mapping is for ${mapping.kind}, not ${kind}`)
  if (!has((rule) => 'identifier' in rule) && mapping.rowIdentifier === undefined)
    say('columns', 'Name an identifier column, or a rowIdentifier under which rows are numbered')
  for (const [name, rule] of rules) {
    const path = `columns.${name}`
    if (('event' in rule || 'property' in rule || 'properties' in rule) && kind !== 'events')
      say(path, `An import of ${kind} has no events`)
    if ('consent' in rule && kind !== 'consents') say(path, `An import of ${kind} has no consents`)
    if ('trait' in rule && kind === 'consents') say(path, 'An import of consents has no traits')
    if ('format' in rule || 'zone' in rule) issues.push(...momentIssue(path, rule))
  }
  for (const field of ['name', 'timestamp', 'messageId', 'type'])
    if (rules.filter(([, rule]) => 'event' in rule && rule.event === field).length > 1)
      say('columns', `Two columns are the event's ${field}`)
  if (defaults.timestamp) issues.push(...momentIssue('defaults.timestamp', defaults.timestamp))

  if (kind === 'events') {
    if (!has((rule) => 'event' in rule && rule.event === 'timestamp') && defaults.timestamp?.value === undefined)
      say('columns', 'Name the column with the time of the event: {"event":"timestamp"}')
    const unnamed = defaults.eventType !== undefined && defaults.eventType !== 'track'
    if (!has((rule) => 'event' in rule && rule.event === 'name') && defaults.event === undefined && !unnamed)
      say('columns', 'Name the column with the event: {"event":"name"}, or a constant one in defaults.event')
  }
  if (kind === 'consents')
    for (const field of ['purpose', 'status', 'at'] as const)
      if (!has((rule) => 'consent' in rule && rule.consent === field) && defaults[field] === undefined)
        say('columns', `Name the column with the consent's ${field}, or a constant one in defaults.${field}`)
  if (kind === 'consents' && mapping.others === 'traits') say('others', 'An import of consents has no traits')
  return issues
}

/**
 * Do the columns of the file and of the mapping fit? Asked once the header is known; JSONL has none, there each row is asked.
 * @throws problem.columnsDoNotFit naming the columns the file lacks and those nobody mapped
 */
export const assertColumnsFit = (mapping: Mapping, columns: readonly string[]) => {
  const absent = Object.entries(mapping.columns).flatMap(([name, rule]) =>
    'ignore' in rule || columns.includes(name) ? [] : [name],
  )
  const unlisted = mapping.others === 'error' ? columns.filter((column) => !Object.hasOwn(mapping.columns, column)) : []
  if (absent.length > 0 || unlisted.length > 0) throw problem.columnsDoNotFit({ absent, unlisted })
}
