import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type IdentifierKind, identifierKinds, isBlocked, kindNumber, rulesOf } from './kinds.ts'
import { type Claim, type Keyed, type Known, type Person, type Plan, resolve } from './resolve.ts'

const keyed = (kind: IdentifierKind, value: string): Keyed => ({
  kind,
  value,
  hash: value,
  key: `${kindNumber(kind)}:${value}`,
})
const claim = (mayMerge: boolean, ...identifiers: Keyed[]): Claim => ({
  mayMerge,
  identifiers: [...identifiers].sort((a, b) => kindNumber(a.kind) - kindNumber(b.kind)),
})
const account = (value: string) => keyed('accountId', value)
const idCard = (value: string) => keyed('idCard', value)
const phone = (value: string) => keyed('phone', value)
const device = (value: string) => keyed('deviceId', value)
const browser = (value: string) => keyed('anonymousId', value)

/** The store as the resolver sees it, in memory: what plans amount to. */
const openModel = () => {
  const owners = new Map<string, number>()
  const kinds = new Map<string, IdentifierKind>()
  const roots = new Map<number, number>()
  const apart: [number, number][] = []
  let last = 0
  const known = (): Known => {
    const people = new Map<number, Person>()
    for (const [key, no] of owners) {
      const root = roots.get(no) ?? no
      const person = people.get(root) ?? { root, counts: {} }
      const kind = kinds.get(key) ?? 'anonymousId'
      person.counts[kind] = (person.counts[kind] ?? 0) + 1
      people.set(root, person)
    }
    return { owners, roots, people, apart }
  }
  const apply = (claims: readonly Claim[]): Plan => {
    const plan = resolve(claims, known(), () => ++last)
    for (const no of plan.created) roots.set(no, no)
    for (const { identifier, no } of plan.links) {
      assert.equal(owners.has(identifier.key), false, `${identifier.key} has an owner already`)
      owners.set(identifier.key, no)
      kinds.set(identifier.key, identifier.kind)
    }
    for (const { from, into } of plan.merges) {
      assert.equal(roots.get(from), from, `${from} is merged but stands under another`)
      assert.equal(roots.get(into), into, `${into} takes in but stands under another`)
      for (const [no, root] of roots) if (root === from) roots.set(no, into)
    }
    return plan
  }
  const personOf = (identifier: Keyed): number | undefined => {
    const no = owners.get(identifier.key)
    return no === undefined ? undefined : roots.get(no)
  }
  return { apply, known, personOf, owners, roots, apart }
}

test('the same strong identifier is the same person', () => {
  for (const kind of identifierKinds.filter((each) => rulesOf[each].strong)) {
    const { apply } = openModel()
    const { nos, created } = apply([
      claim(false, keyed(kind, 'x')),
      claim(false, keyed(kind, 'x')),
      claim(false, keyed(kind, 'y')),
    ])
    assert.deepEqual(
      [nos, created],
      [
        [1, 1, 2],
        [1, 2],
      ],
      kind,
    )
  }
})

test('two people become one when a claim says that their identifiers are one person’s; the older number stays', () => {
  const { apply, personOf } = openModel()
  apply([claim(false, account('a')), claim(false, phone('p'))])
  assert.deepEqual(
    apply([claim(false, account('a'), phone('p'))]).merges,
    [],
    'a call that merely carries both merges nobody',
  )
  const { merges, nos } = apply([claim(true, account('a'), phone('p'))])
  assert.deepEqual(merges, [{ from: 2, into: 1, kind: 'phone', claim: 0 }])
  assert.deepEqual(nos, [1])
  assert.equal(personOf(phone('p')), 1)
})

test('two ID cards never become one person: a conflict is raised instead', () => {
  const { apply, personOf } = openModel()
  apply([claim(true, idCard('A'), phone('p')), claim(true, idCard('B'), phone('q'))])
  // a phone they share
  const shared = apply([claim(true, idCard('B'), phone('p'))])
  assert.deepEqual(shared.merges, [])
  assert.deepEqual(shared.conflicts, [{ a: 1, b: 2, kind: 'idCard', reason: 'limit', claim: 0 }])
  assert.deepEqual(shared.nos, [2], 'the claim goes to the strongest identifier')
  // a new card with a known phone makes a customer of its own
  const fresh = apply([claim(true, idCard('C'), phone('p'))])
  assert.deepEqual([fresh.created, fresh.nos, fresh.merges], [[3], [3], []])
  assert.deepEqual(
    fresh.conflicts.map(({ a, b }) => [a, b]),
    [[1, 3]],
  )
  assert.equal(personOf(phone('p')), 1)
  // both cards in one claim
  const both = apply([claim(true, idCard('D'), idCard('E'))])
  assert.equal(both.left.length, 1)
})

test('a shared device never merges two known people, nor hands one’s browser to the other', () => {
  const { apply, personOf } = openModel()
  apply([claim(true, account('wife'), device('tablet'), browser('b1'))])
  apply([claim(true, account('husband'), device('tablet'), browser('b1'))])
  assert.deepEqual([personOf(account('wife')), personOf(account('husband'))], [1, 2])
  assert.deepEqual([personOf(device('tablet')), personOf(browser('b1'))], [1, 1])
  // What they do together on it merges them neither now nor later.
  for (const mayMerge of [true, false]) {
    const { merges, nos } = apply([
      claim(mayMerge, account('husband'), device('tablet')),
      claim(mayMerge, device('tablet')),
    ])
    assert.deepEqual([merges, nos], [[], [2, 1]])
  }
})

test('what an anonymous visitor did becomes the customer’s when he says who he is', () => {
  const { apply, personOf } = openModel()
  apply([claim(false, browser('b')), claim(false, device('d'), browser('b'))])
  const { merges, created } = apply([claim(true, account('a'), browser('b'))])
  assert.equal(personOf(browser('b')), personOf(account('a')))
  assert.deepEqual([merges.length, created.length], [0, 0], 'the account is attached to the visitor')
  const known = openModel()
  known.apply([claim(true, account('a')), claim(false, browser('b'))])
  assert.deepEqual(known.apply([claim(false, account('a'), browser('b'))]).merges, [
    { from: 2, into: 1, kind: 'anonymousId', claim: 0 },
  ])
})

test('past the limit of its kind an identifier is left out, and the rest of the message stored', () => {
  const { apply, personOf } = openModel()
  const limit = rulesOf.phone.limit
  for (let i = 0; i < limit; i++) apply([claim(true, account('a'), phone(`p${i}`))])
  const { left, nos } = apply([claim(true, account('a'), phone('one too many'))])
  assert.deepEqual(
    left.map(({ identifier }) => identifier.value),
    ['one too many'],
  )
  assert.deepEqual(nos, [1])
  assert.equal(personOf(phone('one too many')), undefined)
})

test('people whom somebody took apart stay apart', () => {
  const model = openModel()
  model.apply([claim(true, account('a')), claim(true, phone('p'))])
  model.apart.push([1, 2])
  assert.deepEqual(model.apply([claim(true, account('a'), phone('p'))]).merges, [])
})

test('placeholders stand for nobody', () => {
  const blocked: [IdentifierKind, string][] = [
    ['phone', '00000000000'],
    ['phone', '13800138000'],
    ['phone', '11111111111'],
    ['accountId', 'null'],
    ['accountId', 'NULL'],
    ['accountId', 'Unknown'],
    ['accountId', 'undefined'],
    ['accountId', '0'],
    ['accountId', '000000'],
    ['accountId', '-'],
    ['accountId', '----'],
    ['accountId', '99999999'],
    ['anonymousId', '00000000-0000-0000-0000-000000000000'],
    ['deviceId', 'aaaaaaaa'],
    ['email', 'unknown'],
    ['accountId', '未知'],
  ]
  for (const [kind, value] of blocked) assert.equal(isBlocked(kind, value), true, `${kind} ${value}`)
  for (const [kind, value] of [
    ['accountId', '1'],
    ['accountId', '22'],
    ['accountId', 'u1'],
    ['phone', '13911112222'],
    ['anonymousId', 'aab'],
  ] as const)
    assert.equal(isBlocked(kind, value), false, `${kind} ${value}`)
})

// --- properties over any history ------------------------------------------------------------------------------------

const anyKind = fc.constantFrom(...identifierKinds)
// Few values, so that histories meet; small limits are reached through ID cards (1) and phones (5).
const anyIdentifier = fc.tuple(anyKind, fc.integer({ min: 0, max: 7 })).map(([kind, i]) => keyed(kind, `v${i}`))
const anyClaim = fc
  .tuple(fc.boolean(), fc.uniqueArray(anyIdentifier, { minLength: 1, maxLength: 5, selector: ({ key }) => key }))
  .map(([mayMerge, identifiers]) => claim(mayMerge, ...identifiers))
const anyHistory = fc.array(fc.array(anyClaim, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 })
const runs = { numRuns: 1_500, seed: 20_261_121 }

const isKnownPerson = ({ counts }: Person) =>
  identifierKinds.some((kind) => rulesOf[kind].strong && (counts[kind] ?? 0) > 0)

test('property: nobody ever has more of a kind than its limit, and every claim finds somebody of its own', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const model = openModel()
      for (const claims of history) {
        const { nos } = model.apply(claims)
        for (const person of model.known().people.values())
          for (const kind of identifierKinds)
            assert.ok((person.counts[kind] ?? 0) <= rulesOf[kind].limit, `${person.counts[kind]} of ${kind}`)
        claims.forEach(({ identifiers }, i) => {
          const root = model.roots.get(nos[i] ?? 0)
          assert.ok(identifiers.some((identifier) => model.personOf(identifier) === root))
        })
        // Roots are roots: no chains, no circles.
        for (const root of model.roots.values()) assert.equal(model.roots.get(root), root)
      }
    }),
    runs,
  )
})

test('property: two known people are merged only by a strong identifier in a claim that says so', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const model = openModel()
      for (const claims of history)
        for (const one of claims) {
          const before = model.known()
          const { merges } = model.apply([one])
          for (const { from, into, kind } of merges) {
            const [a, b] = [before.people.get(from), before.people.get(into)]
            // Somebody made or named by this very claim is known through it.
            const bothKnown = a !== undefined && b !== undefined && isKnownPerson(a) && isKnownPerson(b)
            if (bothKnown) assert.ok(one.mayMerge && rulesOf[kind].strong, `${kind} merged ${from} into ${into}`)
          }
        }
    }),
    runs,
  )
})

test('property: saying the same again changes nothing', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const model = openModel()
      for (const claims of history) model.apply(claims)
      const last = history.at(-1) ?? []
      const settled = model.apply(last)
      const again = model.apply(last)
      assert.deepEqual([again.created, again.links, again.merges], [[], [], []])
      assert.deepEqual(again.nos, settled.nos)
    }),
    runs,
  )
})

test('property: many claims in one group come out as if they had come one by one', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const [together, alone] = [openModel(), openModel()]
      for (const claims of history) {
        const { nos } = together.apply(claims)
        assert.deepEqual(
          nos,
          claims.map((one) => alone.apply([one]).nos[0]),
        )
      }
      const inOrder = (owners: Iterable<[string, number]>) => [...owners].sort(([a], [b]) => (a < b ? -1 : 1))
      assert.deepEqual(inOrder(together.owners), inOrder(alone.owners))
      assert.deepEqual([...together.roots], [...alone.roots])
    }),
    runs,
  )
})
