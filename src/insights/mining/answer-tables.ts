import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { writeTable } from '#customers'
import type { Ctx } from '#platform'
import type { Result, RunKind, TableQuery } from './contract.ts'
import { problem } from './problem.ts'
import { streamRules } from './rules/read-rules.ts'
import { rowOf } from './runs.ts'

type Cells = Record<string, string | number | boolean | null>

/** Columns of the file for each kind of answer. */
const columns: Record<RunKind, readonly string[]> = {
  rules: [
    'left',
    'right',
    'baskets',
    'support',
    'confidence',
    'lift',
    'leverage',
    'conviction',
    'zhang',
    'jaccard',
    'redundant',
  ],
  rfm: ['part', 'people', 'recency', 'frequency', 'money', 'revenue'],
  value: ['part', 'people', 'alive', 'expected', 'value'],
  clusters: [
    'cluster',
    'name',
    'people',
    'share',
    'silhouette',
    'stability',
    'feature',
    'value',
    'low',
    'high',
    'mean',
    'everybody',
    'effect',
  ],
}

/** An answer as a file; sums and parameters stay on the page. @throws problem.unknown, problem.notDone */
export const sendTable = async (
  ctx: Ctx,
  { id, format, ...query }: TableQuery & { id: string },
  reply: FastifyReply,
) => {
  const { kind, result } = await rowOf(ctx, id)
  if (result === null) throw problem.notDone({ id })
  await ctx.audit.record(ctx, { action: 'mining.download', subject: `mining:${id}`, detail: { kind, format } })
  const rows = result.kind === 'rules' ? ruleRows(ctx, id, query) : partRows(result)
  void reply
    .type(
      format === 'csv'
        ? 'text/csv; charset=utf-8'
        : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    )
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${kind}-${id.slice(0, 8)}.${format}"`)
  const out = new PassThrough()
  writeTable(format, columns[kind], rows, out, { sheet: kind }).catch((error: unknown) =>
    out.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return reply.send(out)
}

async function* ruleRows(ctx: Ctx, id: string, query: Omit<TableQuery, 'format'>): AsyncGenerator<Cells> {
  for await (const { left, right, count, no: _no, ...measures } of streamRules(ctx, id, query))
    yield { left: left.join(' + '), right: right.join(' + '), baskets: count, ...measures }
}

const partRows = (result: Exclude<Result, { kind: 'rules' }>): Cells[] => {
  switch (result.kind) {
    case 'rfm':
      return [...result.classes, ...result.cells]
    case 'value':
      return [...result.aliveBands, ...result.valueTenths]
    case 'clusters':
      return result.clusters.flatMap(({ no, name, size, share, silhouette, stability, portrait }) =>
        portrait.map((trait) => ({
          cluster: no,
          name,
          people: size,
          share,
          silhouette,
          stability,
          feature: result.features[trait.feature]?.name ?? '',
          ...(trait.kind === 'range'
            ? { value: null, low: trait.low, high: trait.high, mean: trait.mean, everybody: trait.baseMean }
            : { value: trait.value, low: null, high: null, mean: trait.share, everybody: trait.baseShare }),
          effect: trait.effect,
        })),
      )
  }
}
