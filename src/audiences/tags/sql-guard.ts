import { type Ctx, ch } from '#platform'
import { problem } from './problem.ts'
import { allowedFunctions } from './sql-functions.ts'

/** Tables that a tag's query may read; none holds personal data. */
export const allowedTables = [
  'events',
  'traits',
  'customers',
  'customer_overrides',
  'tag_values',
  'tag_scores',
] as const

/** Bounds of a query, for a preview and for a run. */
export const sqlLimits = (timeoutSeconds: number) => ({
  timeoutSeconds,
  settings: {
    // The engine refuses everything but reading.
    readonly: 2,
    allow_ddl: 0,
    max_memory_usage: 4_000_000_000,
    max_rows_to_read: 2_000_000_000,
    max_bytes_to_read: 400_000_000_000,
    max_result_rows: 20_000_000,
    max_columns_to_read: 40,
    max_subquery_depth: 20,
    max_ast_depth: 200,
    max_ast_elements: 5_000,
  },
})

/** Kinds of node a reading query is made of. Whatever else the parser finds is refused. */
const allowedNodes = new Set(
  'SelectWithUnionQuery SelectIntersectExceptQuery SelectQuery ExpressionList WithElement Subquery Literal Identifier Function TablesInSelectQuery TablesInSelectQueryElement TableExpression TableIdentifier TableJoin ArrayJoin Asterisk QualifiedAsterisk OrderByElement WindowDefinition WindowListElement SampleRatio'.split(
    ' ',
  ),
)

const refused = (reason: string, what?: string) => problem.sqlRefused({ reason, ...(what !== undefined && { what }) })

/** The text without comments that run to the end of their line, checked for what no query needs. Quoted parts stay as they are. */
const plainText = (text: string): string => {
  let plain = ''
  const tokens = /'(?:[^'\\]|\\[\s\S]|'')*'|`(?:[^`\\]|\\[\s\S])*`|"(?:[^"\\]|\\[\s\S])*"|--[^\n]*|[\s\S]/g
  for (const [token] of text.matchAll(tokens)) {
    if (token.startsWith('--')) continue
    if (token === ';') throw refused('one statement without semicolon')
    if (token === '{' || token === '}') throw refused('no parameters in braces')
    if (token === '$' || token === '#') throw refused('no such character', token)
    if (token === "'" || token === '"' || token === '`') throw refused('a quotation without an end')
    if (token === '*' && plain.endsWith('/')) throw refused('comments only as --')
    plain += token
  }
  return plain.trim()
}

const raw = (text: string): ch.Sql => ({ parts: [text], values: [] })
const combinator = /(if|array|distinct|ornull|ordefault)$/

const mayCall = (name: string): boolean => {
  const lower = name.toLowerCase()
  return allowedFunctions.has(lower) || allowedFunctions.has(lower.replace(combinator, ''))
}

const explain = async (ctx: Ctx, text: string, limits: ReturnType<typeof sqlLimits> | undefined) => {
  try {
    // The syntax tree without settings of its own: a `Set` in it is then the writer's.
    const rows = await ctx.ch.rows<{ explain: string }>(raw(text), limits ?? {})
    return rows.map(({ explain }) => explain)
  } catch (error) {
    throw problem.sqlFailed({ reason: reasonOf(error) })
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message.slice(0, 400) : 'the query failed')

/**
 * A query as it may be run: one SELECT over allowed tables with allowed functions, no table functions, settings, output
 * files or formats. Checked twice in what the engine makes of it: its syntax before anything is looked up or computed, and
 * the tables it really reads after names are resolved.
 * @returns a statement that returns `customer_no, value`
 * @throws problem.sqlRefused, problem.sqlFailed
 */
export const checkedSql = async (ctx: Ctx, text: string): Promise<string> => {
  const plain = plainText(text)
  if (!/^(select|with)\b/i.test(plain)) throw refused('a query begins with SELECT or WITH')
  const tree = await explain(ctx, `explain ast ${plain}`, undefined)
  tree.forEach((line, i) => {
    const [, indent = '', kind = '', rest = ''] = line.match(/^(\s*)(\w+)\s?(.*)$/) ?? []
    if (kind === '') throw refused('cannot be read')
    if (!allowedNodes.has(kind)) throw refused('not allowed here', kind)
    if (kind === 'TableIdentifier' && rest.split(' ')[0]?.includes('.'))
      throw refused('tables by their bare name', rest)
    if (kind !== 'Function') return
    const name = rest.split(' ')[0] ?? ''
    const above = tree.slice(0, i).findLast((before) => (before.match(/^\s*/)?.[0].length ?? 0) < indent.length)
    if (above?.trim().startsWith('TableExpression')) throw refused('no table functions', name)
    if (!mayCall(name)) throw refused('this function is not allowed', name)
  })
  // Three parts of an identifier would be database.table.column.
  const query = `select customer_no, value from (\n${plain}\n)`
  // Resolving names computes scalar sub-queries already: within bounds.
  const resolved = await explain(ctx, `explain query tree ${query}`, sqlLimits(30))
  const database = await ctx.ch.one<{ name: string }>(ch.sql`select currentDatabase() as name`)
  for (const line of resolved) {
    if (/^\s*TABLE_FUNCTION\b/.test(line)) throw refused('no table functions')
    const table = line.match(/^\s*TABLE id: .*\btable_name: (.+?)(, |$)/)?.[1]
    if (table === undefined || table === 'system.one') continue
    if (!allowedTables.some((name) => table === `${database?.name}.${name}`))
      throw refused('this table is not allowed', table)
  }
  return `select toUInt32(customer_no) as customer_no, toString(value) as value from (\n${plain}\n) where isNotNull(value)`
}

/** Runs a checked query in blocks. @throws problem.sqlFailed */
export async function* guardedRows(ctx: Ctx, checked: string, timeoutSeconds: number, signal?: AbortSignal) {
  try {
    for await (const block of ctx.ch.stream<{ customer_no: number; value: string }>(raw(checked), {
      ...sqlLimits(timeoutSeconds),
      ...(signal && { signal }),
    }))
      yield block
  } catch (error) {
    if (signal?.aborted) throw error
    throw problem.sqlFailed({ reason: reasonOf(error) })
  }
}
