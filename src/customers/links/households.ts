import type { Ctx } from '#platform'
import { readAddress } from '../matching/address.ts'
import { readName } from '../matching/chinese-name.ts'
import { readPeople } from '../matching/people.ts'
import { type LinkToStore, storeLinks } from './store.ts'

/** More people of one surname at one address are a dormitory or a village, not a household. */
const largestHousehold = 6

const fields = [
  { field: 'person:name', comparison: 'chineseName', termFrequency: false, strong: false, own: true },
  { field: 'person:address', comparison: 'address', termFrequency: false, strong: false, own: false },
] as const

/**
 * A key that people of one household share: the surname, and the address down to the room or, without rooms, the house.
 * @returns undefined when the address does not say so much
 */
export const householdKey = (name: string | null, address: string | null): string | undefined => {
  if (name === null || address === null) return undefined
  const read = readName(name)
  const { city, district, road, number, room } = readAddress(address)
  if (!read?.han || road === '' || (number === '' && room === '')) return undefined
  return [read.text.charAt(0), city, district, road, number, room].join('|')
}

/**
 * Proposes a household for customers of one surname at one address; a person confirms or refuses each. Values of people stay
 * in memory: the evidence says which rule it was.
 * @returns how many links are new
 */
export const proposeHouseholds = async (ctx: Ctx, signal: AbortSignal): Promise<number> => {
  const groups = new Map<string, number[]>()
  for await (const { nos, values } of readPeople(ctx, { fields: [...fields] })) {
    signal.throwIfAborted()
    const [names = [], addresses = []] = values
    nos.forEach((no, index) => {
      const key = householdKey(names[index] ?? null, addresses[index] ?? null)
      if (key === undefined) return
      const group = groups.get(key)
      if (group) group.push(no)
      else groups.set(key, [no])
    })
  }
  let made = 0
  let waiting: LinkToStore[] = []
  const store = async () => {
    const links = waiting
    waiting = []
    made += await ctx.tx((ctx) => storeLinks(ctx, links, { state: 'proposed', source: 'rule' }))
  }
  for (const group of groups.values()) {
    if (group.length < 2 || group.length > largestHousehold) continue
    for (const [index, from] of group.entries())
      for (const to of group.slice(index + 1))
        waiting.push({ kind: 'household', from, to, evidence: 'surnameAndAddress', since: null })
    if (waiting.length >= 2_000) await store()
  }
  await store()
  await ctx.tx((ctx) => ctx.audit.record(ctx, { action: 'link.propose', detail: { kind: 'household', made } }))
  return made
}
