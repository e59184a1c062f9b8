import { ch } from '#platform'
import type { ClusterFeature, ClustersQuestion, ClustersResult } from '../contract.ts'
import { scopeOf } from '../facts.ts'
import { writeGroups } from '../groups.ts'
import { inThread } from '../in-thread.ts'
import { problem } from '../problem.ts'
import type { RunScope } from '../run-scope.ts'
import { featuresOf, fetchMatrix } from './features.ts'

/** Cells that fit beside the rest of the program, raw and scaled: 5 M people with 20 features are 800 MB. */
const mostCells = 100_000_000

/** Finds clusters and keeps their people as groups `cluster:1`, … @throws problem.nobody, problem.tooFewPeople, problem.tooManyPeople */
export const runClusters = async (
  { ctx, id, asOf, signal, report }: RunScope,
  question: ClustersQuestion,
): Promise<ClustersResult> => {
  report('reading', 0)
  const scope = await scopeOf(ctx, { who: question.who, asOf })
  const features = await featuresOf(ctx, scope, question.features)
  const counted = await ctx.ch.one<{ people: string }>(ch.sql`select count() as people from (${scope.people})`, {
    signal,
  })
  const people = Number(counted?.people ?? 0)
  if (people * features.length > mostCells)
    throw problem.tooManyPeople({ people, most: Math.floor(mostCells / features.length) })
  const matrix = await fetchMatrix(ctx, scope, features, signal)
  report('searching', 0.3)
  const { result, members } = await inThread(
    'clusters',
    {
      matrix,
      features: features.map(({ name, type, values }, f) => {
        const asked = question.features[f] as ClusterFeature
        return { name, type, values, log: asked.log, missing: asked.missing }
      }),
      options: question,
    },
    [matrix.values.buffer as ArrayBuffer, matrix.nos.buffer as ArrayBuffer],
    { signal, onProgress: (share) => report('searching', 0.3 + share * 0.6) },
  ).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'TooFewPeople') throw problem.tooFewPeople({ people })
    throw error
  })
  report('writing', 0.9)
  await writeGroups(
    ctx,
    id,
    members.map((nos, c) => ({ part: `cluster:${c + 1}`, nos })),
    signal,
  )
  return { kind: 'clusters', ...result }
}
