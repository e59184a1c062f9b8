import { type Identifier, type IdentifierKind, identifierKinds, rulesOf } from './kinds.ts'

/** An identifier with its blind index. `key` is `kind number:hash`, unique in the workspace. */
export interface Keyed extends Identifier {
  hash: string
  key: string
}

/** What ties a set of identifiers together: one message or one imported row. */
export interface Claim {
  /** Strongest first, without blocked values, at least one. */
  identifiers: readonly Keyed[]
  /** Whether it says that its identifiers are one person's (identify, alias, import), or merely carries them. */
  mayMerge: boolean
}

/** A customer as the resolver sees him: all identifiers of all numbers merged into the root, counted by kind. */
export interface Person {
  root: number
  counts: Partial<Record<IdentifierKind, number>>
}

export interface Link {
  identifier: Keyed
  no: number
  claim: number
}
export interface Merge {
  from: number
  into: number
  kind: IdentifierKind
  claim: number
}
export interface Conflict {
  a: number
  b: number
  kind: IdentifierKind
  reason: 'limit' | 'weak'
  claim: number
}

/** What must be written so that every claim has its customer. */
export interface Plan {
  /** Customer number per claim: the own number of its strongest attached identifier, never a root it was merged into. */
  nos: number[]
  created: number[]
  links: Link[]
  merges: Merge[]
  conflicts: Conflict[]
  /** Identifiers that were left out of a claim because their customer has too many of the kind. */
  left: { identifier: Keyed; claim: number }[]
}

/** What the store knows of the identifiers in question. */
export interface Known {
  /** Own number per identifier key. */
  owners: ReadonlyMap<string, number>
  /** Root per number. */
  roots: ReadonlyMap<number, number>
  /** Person per root. */
  people: ReadonlyMap<number, Person>
  /** Roots of people whom somebody has taken apart after a merge: the same evidence must not merge them again. */
  apart?: readonly (readonly [number, number])[]
}

/**
 * Whether new identifiers met on a known person's device or browser name another person. A browser's session carries a
 * phone or e-mail its user adds; a new account or ID card there, or anything strong on a shared device, is someone else.
 */
const namesSomebodyElse = (owned: IdentifierKind, fresh: readonly Keyed[]): boolean => {
  if (rulesOf[owned].strong) return false
  if (owned === 'anonymousId') return fresh.some(({ kind }) => kind === 'idCard' || kind === 'accountId')
  return fresh.some(({ kind }) => rulesOf[kind].strong)
}

/**
 * Decides, for claims in their order, whose they are. Pure; later claims see what earlier ones decided.
 *
 * - Equal strong identifiers are one person; two people are merged only by a claim that says so, and never when the
 *   merged person would break a limit (two ID cards): that raises a conflict, and the claim goes to the strongest.
 * - A weak identifier (device, anonymous id) joins an anonymous customer to a known one, and never joins two known ones.
 * - Two people whom somebody has taken apart stay apart; only a person joins them again.
 * - A claim whose strongest identifier is new and does not fit its other identifiers' customer makes a customer of its own.
 *
 * @param nextNo gives out customer numbers
 */
export const resolve = (claims: readonly Claim[], known: Known, nextNo: () => number): Plan => {
  const plan: Plan = { nos: [], created: [], links: [], merges: [], conflicts: [], left: [] }
  const owners = new Map(known.owners)
  const parents = new Map<number, number>()
  const people = new Map<number, Person>()

  const rootOf = (no: number): number => {
    let root = known.roots.get(no) ?? no
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    return root
  }
  const personOf = (root: number): Person => {
    const held = people.get(root)
    if (held) return held
    const found = known.people.get(root)
    const person: Person = { root, counts: { ...found?.counts } }
    people.set(root, person)
    return person
  }
  const isKnownPerson = ({ counts }: Person) =>
    identifierKinds.some((kind) => rulesOf[kind].strong && (counts[kind] ?? 0) > 0)
  const fits = (person: Person, kind: IdentifierKind) => (person.counts[kind] ?? 0) < rulesOf[kind].limit
  /** The strongest kind of which the two would have too many as one person. */
  const misfitOf = (a: Person, b: Person) =>
    identifierKinds.find((kind) => (a.counts[kind] ?? 0) + (b.counts[kind] ?? 0) > rulesOf[kind].limit)

  const areApart = (a: number, b: number) =>
    known.apart?.some(([one, two]) => {
      const [x, y] = [rootOf(one), rootOf(two)]
      return (x === a && y === b) || (x === b && y === a)
    }) ?? false

  const attach = (identifier: Keyed, no: number, claim: number) => {
    owners.set(identifier.key, no)
    const { counts } = personOf(rootOf(no))
    counts[identifier.kind] = (counts[identifier.kind] ?? 0) + 1
    plan.links.push({ identifier, no, claim })
  }
  const attachOrLeave = (identifier: Keyed, no: number, claim: number) => {
    if (fits(personOf(rootOf(no)), identifier.kind)) attach(identifier, no, claim)
    else plan.left.push({ identifier, claim })
  }
  const merge = (from: number, into: number, kind: IdentifierKind, claim: number) => {
    const [a, b] = [personOf(from), personOf(into)]
    for (const each of identifierKinds) {
      const sum = (a.counts[each] ?? 0) + (b.counts[each] ?? 0)
      if (sum > 0) b.counts[each] = sum
    }
    parents.set(from, into)
    plan.merges.push({ from, into, kind, claim })
  }

  claims.forEach(({ identifiers, mayMerge }, claim) => {
    // The claim's own number and, as merges happen, the root it stands for.
    let no: number | undefined
    const pending: Keyed[] = []
    for (const identifier of identifiers) {
      const { key, kind } = identifier
      const owner = owners.get(key)
      if (owner === undefined) {
        if (no === undefined) {
          pending.push(identifier)
          continue
        }
        attachOrLeave(identifier, no, claim)
        continue
      }
      if (no === undefined) {
        // First owner found. New identifiers that are stronger than this one must fit him, or the claim is somebody new.
        const person = personOf(rootOf(owner))
        const misfit = pending.find((waiting) => rulesOf[waiting.kind].strong && !fits(person, waiting.kind))
        if (!misfit && !(isKnownPerson(person) && namesSomebodyElse(kind, pending))) {
          no = owner
          for (const waiting of pending.splice(0)) attachOrLeave(waiting, no, claim)
          continue
        }
        if (misfit) {
          no = nextNo()
          plan.created.push(no)
          for (const waiting of pending.splice(0)) attachOrLeave(waiting, no, claim)
          plan.conflicts.push({
            a: Math.min(no, person.root),
            b: Math.max(no, person.root),
            kind: misfit.kind,
            reason: 'limit',
            claim,
          })
          continue
        }
        // A known person's device, met with somebody new who names himself: the device stays where it is.
        no = nextNo()
        plan.created.push(no)
        for (const waiting of pending.splice(0)) attachOrLeave(waiting, no, claim)
        continue
      }
      const [mine, theirs] = [rootOf(no), rootOf(owner)]
      if (mine === theirs) continue
      const [me, other] = [personOf(mine), personOf(theirs)]
      if (areApart(mine, theirs)) continue
      const misfit = misfitOf(me, other)
      if (rulesOf[kind].strong) {
        if (misfit)
          plan.conflicts.push({
            a: Math.min(mine, theirs),
            b: Math.max(mine, theirs),
            kind: misfit,
            reason: 'limit',
            claim,
          })
        // The older number stays: what others remember of him keeps its meaning.
        else if (mayMerge) merge(Math.max(mine, theirs), Math.min(mine, theirs), kind, claim)
      } else if (misfit) {
        // A kiosk's device with hundreds of browsers is nobody's own.
      } else if (isKnownPerson(me) !== isKnownPerson(other)) {
        if (isKnownPerson(me)) merge(theirs, mine, kind, claim)
        else merge(mine, theirs, kind, claim)
      } else if (!isKnownPerson(me) && mayMerge) merge(Math.max(mine, theirs), Math.min(mine, theirs), kind, claim)
    }
    if (no === undefined) {
      no = nextNo()
      plan.created.push(no)
      for (const waiting of pending) attachOrLeave(waiting, no, claim)
    }
    plan.nos.push(no)
  })
  return plan
}
