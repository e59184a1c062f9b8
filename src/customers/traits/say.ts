import type { Ctx } from '#platform'
import { storeTraits } from '../identity/apply.ts'
import { copyTraits } from '../mirror.ts'
import type { TraitValue } from '../personal-document.ts'
import { runningOf } from '../running.ts'
import { withRetry } from '../tracking/commit.ts'
import { typeTraits } from './dictionary.ts'
import { typeOf } from './trait-type.ts'

/** A trait that the program itself says of a customer; `null` takes the value away. */
export interface TraitSaid {
  no: number
  name: string
  value: TraitValue | null
  at: Date
}

/**
 * Stores traits of customers known by number. Said again at the same instant, nothing changes; an older word than the stored
 * one changes nothing either. Personal traits cannot be said this way.
 * @param said each person and trait once
 * @returns why, by number, where a value does not fit the dictionary: `trait.type`, `trait.allowed`, `trait.personal` …
 */
export const sayTraits = async (ctx: Ctx, said: readonly TraitSaid[]): Promise<Map<number, string>> => {
  const { dictionary, committer } = runningOf(ctx)
  const faults = new Map<number, string>()
  await dictionary.learn(
    ctx,
    [...new Map(said.filter(({ value }) => value !== null).map(({ name, value }) => [name, value]))].map(
      ([name, value]) => ({ name, type: typeOf(value), personal: false }),
    ),
  )
  const entries = await dictionary.entries(ctx)
  const fit = said.flatMap(({ no, name, value, at }) => {
    const { writes, problems } = typeTraits(entries, [{ name, value, personal: false }])
    const [write] = writes
    if (write && !write.personal) return [{ no, write, atMs: at.getTime() }]
    faults.set(no, problems[0]?.code ?? 'trait.personal')
    return []
  })
  if (fit.length === 0) return faults
  await withRetry(() => ctx.tx((ctx) => storeTraits(ctx, fit)))
  const sightings = fit.map(({ write, atMs }) => ({
    identifiers: [],
    mayMerge: false,
    traits: [write],
    atMs,
    sourceId: 0,
    importId: 0,
  }))
  const nos = fit.map(({ no }) => no)
  await copyTraits(ctx, sightings, nos)
  // What tracking remembers as said already may be older than this.
  committer.traitsWritten(nos)
  return faults
}
