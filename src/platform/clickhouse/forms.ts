import { quoted } from './literal.ts'
import type { Statement } from './statements.ts'

/** What the servers are, as far as the form of a statement depends on it. */
export type Topology =
  | { kind: 'single'; database: string; user?: string; password?: string }
  | {
      kind: 'cluster'
      database: string
      user?: string
      password?: string
      cluster: string
      /** A Keeper answers: `on cluster` and replicated tables work. */
      keeper: boolean
      /** Tables that already exist as NAME_local with a Distributed NAME before them. */
      sharded: ReadonlySet<string>
    }

/** A statement to run: once on any node, or on each node. */
export interface Form {
  text: string
  on: 'one' | 'each'
}

/** Comment of a table of which every node holds all rows; inserts read it back from the server. */
export const everywhereComment = 'every shard holds all of it'

const createTable = /^create\s+table\s+(if\s+not\s+exists\s+)?(\w+)/i
const engine = /\bengine\s*=\s*(\w*MergeTree)(?:\s*\(([^()]*)\))?/i
const columnChange = /\b(add|drop|modify|rename|comment)\s+column\b/i

/**
 * How a statement of a migration or a command is written for the servers at hand: unchanged on one server; in a cluster
 * a sharded table becomes NAME_local plus Distributed NAME, and changes of it go to the local tables. Replicated tables
 * and `on cluster` with a Keeper, else plain tables and every node told directly.
 */
export const forms = (statement: Statement, topology: Topology): Form[] => {
  const text = withCredentials(statement.text.replaceAll('{database}', topology.database), topology)
  if (topology.kind === 'single') return [{ text, on: 'one' }]
  // Rows written by a query go through the Distributed table, which deals them out.
  if (/^(insert|select|with|kill|set)\b/i.test(text)) return [{ text, on: 'one' }]
  const { cluster, keeper, database, sharded } = topology
  const everywhere = (pieces: string[]): Form[] =>
    keeper
      ? pieces.map((piece) => ({ text: onCluster(piece, cluster), on: 'one' }))
      : pieces.map((piece) => ({ text: piece, on: 'each' }))

  const created = createTable.exec(text)
  if (created) {
    const [head, , name = ''] = created
    const replicas = statement.everywhere ? 'all' : '{shard}'
    const table = keeper
      ? replicated(text, `/clickhouse/tables/${replicas}/${database}/${name}`, statement.everywhere === true)
      : text
    if (statement.everywhere) return everywhere([`${table}\ncomment ${quoted(everywhereComment)}`])
    if (statement.shardBy === undefined) return everywhere([table])
    return everywhere([
      table.replace(head, `${head}_local`),
      `${head} as ${name}_local engine = Distributed(${[cluster, database, `${name}_local`].map(quoted).join(', ')}, ${statement.shardBy})`,
    ])
  }

  const target =
    /^(alter\s+table|optimize\s+table|truncate\s+table|delete\s+from|drop\s+table)\s+(if\s+exists\s+)?(\w+)/i.exec(text)
  const [head = '', verb = '', condition = '', name = ''] = target ?? []
  if (!target || !sharded.has(name)) return everywhere([text])
  const local = text.replace(head, `${verb} ${condition}${name}_local`)
  // The Distributed table has the columns too, but neither rows nor projections.
  const both = /^drop/i.test(verb) || (/^alter/i.test(verb) && columnChange.test(text))
  return everywhere(both ? [local, text] : [local])
}

const replicated = (text: string, path: string, acrossShards: boolean): string =>
  text.replace(engine, (_, name: string, args?: string) => {
    // Replicas of one table on all shards need names that differ between shards too.
    const zookeeper = `${quoted(path)}, ${quoted(acrossShards ? '{shard}-{replica}' : '{replica}')}`
    return `engine = Replicated${name}(${args?.trim() ? `${zookeeper}, ${args.trim()}` : zookeeper})`
  })

const onCluster = (text: string, cluster: string): string => {
  const clause = `on cluster ${quoted(cluster)}`
  const system = /^system\s+reload\s+(dictionaries|dictionary)\b/i.exec(text)
  if (system) return text.replace(system[0], `${system[0]} ${clause}`)
  return text.replace(
    /^(create\s+(?:or\s+replace\s+)?(?:table|dictionary|database|view|materialized\s+view)(?:\s+if\s+not\s+exists)?|drop\s+(?:table|dictionary|database|view)(?:\s+if\s+exists)?|(?:alter|optimize|truncate)\s+table(?:\s+if\s+exists)?|delete\s+from)\s+([\w.]+)/i,
    `$1 $2 ${clause}`,
  )
}

// A dictionary asks its own server as a user of that server; without a name it is `default` with no password.
const withCredentials = (text: string, { user, password }: Topology): string =>
  /^create\s+(or\s+replace\s+)?dictionary\b/i.test(text) && (user !== undefined || password !== undefined)
    ? text.replace(
        /source\s*\(\s*clickhouse\s*\(/i,
        `$&user ${quoted(user ?? 'default')} password ${quoted(password ?? '')} `,
      )
    : text
