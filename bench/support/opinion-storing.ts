import { type Ctx, ch } from '#platform'
import { takeIn } from '../../src/opinion/intake/take-in.ts'
import { postsOf } from './made-up-posts.ts'
import { openStage, timed } from './opinion-stage.ts'
import { runPeer } from './processes.ts'

export interface Stored {
  /** Posts per second through `takeIn`. */
  ours: number
  /** The same rows of the same tables, ready as text, put into empty tables by the engine alone. */
  bare: number
  /** Processor time of our process per post, µs. */
  processorMicros: number
  posts: number
  mentions: number
}

/** Stores posts end to end in batches, two under way, and the same rows once more with nobody before the engine. */
export const measureStoring = (
  dir: string,
  sizes: { posts: number; batch: number; subjects: number },
): Promise<Stored> => runPeer(import.meta.filename, [dir, JSON.stringify(sizes)])

const tables = ['posts', 'mentions', 'post_engagement', 'post_keys'] as const

const bareInsert = async (ctx: Ctx, batch: number, batches: number): Promise<number> => {
  const bodies: { table: string; body: Buffer }[] = []
  for (const table of tables) {
    // Names of our own tables: nothing of anybody else is in them.
    await ctx.ch.command(ch.sql`create table ${ch.identifier(`bare_${table}`)} as ${ch.identifier(table)}`)
    const rows = await ctx.ch.rows<object>(ch.sql`select * from ${ch.identifier(table)}`)
    const each = Math.ceil(rows.length / batches)
    for (let from = 0; from < rows.length; from += each)
      bodies.push({
        table: `bare_${table}`,
        body: Buffer.from(
          rows
            .slice(from, from + each)
            .map((row) => JSON.stringify(row))
            .join('\n'),
        ),
      })
  }
  const { seconds } = await timed(async () => {
    for (const { table, body } of bodies) await ctx.ch.insert(table, body, { format: 'JSONEachRow' })
  })
  return (batch * batches) / seconds
}

const measure = async (
  dir: string,
  { posts, batch, subjects }: { posts: number; batch: number; subjects: number },
): Promise<Stored> => {
  const { app, ctx } = await openStage(dir, { work: false, subjects })
  const until = new Date()
  const made = postsOf(posts, { characters: 58, until, series: 'store' })
  // Threads start, models open, the engine warms up.
  await takeIn(ctx, { sourceId: 1, items: postsOf(batch, { characters: 58, until, series: 'warm' }) })
  const batches = Array.from({ length: Math.ceil(posts / batch) }, (_, n) => made.slice(n * batch, (n + 1) * batch))
  const { seconds, processor } = await timed(async () => {
    const left = batches.values()
    const go = async () => {
      for (const items of left) await takeIn(ctx, { sourceId: 1, items })
    }
    await Promise.all([go(), go()])
  })
  const counted = await ctx.ch.one<{ posts: string; mentions: string }>(
    ch.sql`select (select count() from posts) as posts, (select count() from mentions) as mentions`,
  )
  const bare = await bareInsert(ctx, batch, batches.length)
  await app.stop()
  return {
    ours: posts / seconds,
    bare,
    processorMicros: (processor / posts) * 1e6,
    posts: Number(counted?.posts ?? 0) - batch,
    mentions: Number(counted?.mentions ?? 0),
  }
}

const [dir, sizes] = process.argv.slice(2)
if (import.meta.main && dir !== undefined && sizes !== undefined) {
  process.stdout.write(
    `${JSON.stringify(await measure(dir, JSON.parse(sizes) as { posts: number; batch: number; subjects: number }))}\n`,
  )
  process.exit(0)
}
