import type { Ctx } from '#platform'
import { type Families, openFamilies } from './family.ts'
import { type Origins, openOrigins } from './origins.ts'
import { openStreamQuality, type StreamQuality } from './quality/stream.ts'
import { openTimeline, type Timeline } from './timeline.ts'
import { openCommitter } from './tracking/commit.ts'
import { type Gated, gateOf } from './tracking/gate.ts'
import { type Seen, seenAcrossProcesses, seenInOneProcess } from './tracking/seen.ts'
import { openSources, type Sources } from './tracking/sources.ts'
import { type Dictionary, openDictionary } from './traits/dictionary.ts'

/** What this feature keeps as long as the process lives: caches of immutable or briefly stale things, and the write queue. */
export interface Running {
  dictionary: Dictionary
  sources: Sources
  seen: Seen
  committer: Gated
  timeline: Timeline
  families: Families
  origins: Origins
  quality: StreamQuality
}

const byStore = new WeakMap<object, Running>()

/** One set per program (keyed by its Postgres store, since contexts are copied per request). */
export const runningOf = (ctx: Ctx): Running => {
  const held = byStore.get(ctx.store)
  if (held) return held
  const dictionary = openDictionary()
  const seen = ctx.store.mode === 'embedded' ? seenInOneProcess(ctx) : seenAcrossProcesses(ctx)
  const quality = openStreamQuality()
  const running: Running = {
    dictionary,
    seen,
    sources: openSources(),
    committer: gateOf(openCommitter(ctx, { seen, dictionary, quality })),
    timeline: openTimeline(ctx),
    families: openFamilies(ctx),
    origins: openOrigins(),
    quality,
  }
  byStore.set(ctx.store, running)
  return running
}
