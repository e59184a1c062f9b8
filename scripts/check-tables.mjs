// A table is written only by the feature that owns it. Postgres tables carry their owner in the schema; ClickHouse tables
// are listed here. Reads are free.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Postgres schemas a feature owns besides its own name. */
const schemas = { platform: ['pgboss'] }

/** ClickHouse tables (unqualified in the SQL) and their owner. */
const clickhouse = [
  [/^schema_migrations$/, 'platform'],
  [/^(events|traits|customers|customer_\w+|rejects|quality_\w+|match_\w+)$/, 'customers'],
  [/^(audience_\w+|tag_\w+)$/, 'audiences'],
  [/^insight_\w+$/, 'insights'],
  [/^compliance_\w+$/, 'compliance'],
  [/^(posts|mentions|post_\w+|cluster_events|opinion_\w+)$/, 'opinion'],
  [/^(sends|journey_\w+|campaign_\w+)$/, 'campaigns'],
]

const table = String.raw`["'\`]?([a-z_][\w.]*)`
const writes = [
  new RegExp(String.raw`\binsert\s+into\s+(?:table\s+)?${table}`, 'gi'),
  new RegExp(String.raw`(?<!\b(?:for|on|do)\s+)\bupdate\s+(?:only\s+)?${table}\s+(?:as\s+\w+\s+|\w+\s+)?set\b`, 'gi'),
  new RegExp(String.raw`\bdelete\s+from\s+(?:only\s+)?${table}`, 'gi'),
  new RegExp(String.raw`\bmerge\s+into\s+${table}`, 'gi'),
  new RegExp(
    String.raw`\btruncate\s+(?:table\s+)?(?:if\s+exists\s+)?${table}(?=\s*[\`'",;\n]|\s+(?:cascade|restart|sync))`,
    'gi',
  ),
  new RegExp(String.raw`\bcopy\s+${table}\s*(?:\([^)]*\)\s*)?from\s+stdin`, 'gi'),
  new RegExp(String.raw`\balter\s+table\s+${table}`, 'gi'),
  /\.(?:insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(\s*["'`]([a-z_][\w.]*)/g,
  /\bch\.insert\(\s*(?:\{\s*table:\s*)?["'`]([a-z_][\w.]*)/g,
]

const withoutComments = (text) =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1')

const problems = []
for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
  if (file.endsWith('.test.ts')) continue
  const [, feature] = file.split(sep)
  const text = withoutComments(readFileSync(join(root, file), 'utf8'))
  const temporary = new Set(
    [...text.matchAll(/\bcreate\s+temp(?:orary)?\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)/gi)].map(([, name]) => name),
  )
  for (const write of writes) {
    for (const { 1: name, index } of text.matchAll(write)) {
      if (temporary.has(name)) continue
      const [schema, rest] = name.split('.')
      const owner = rest === undefined ? clickhouse.find(([pattern]) => pattern.test(name))?.[1] : schema
      if (owner === feature || schemas[feature]?.includes(owner)) continue
      const line = text.slice(0, index).split('\n').length
      problems.push(
        owner === undefined
          ? `${file}:${line} writes ${name}, which has neither a schema nor an owner in scripts/check-tables.mjs`
          : `${file}:${line} writes ${name}, which belongs to ${owner}`,
      )
    }
  }
}

for (const problem of problems) console.log(problem)
process.exitCode = problems.length ? 1 : 0
