/** A field of the model as the learner sees it. */
export interface FieldShape {
  name: string
  /** Number of levels; a value of `levels` in a pattern says that one side has no value. */
  levels: number
  /** Nobody has two values of it. */
  strong: boolean
}

/** What was counted over candidate pairs: each distinct pattern of levels once. */
export interface Patterns {
  /** Levels of all fields, pattern after pattern. */
  levels: Uint8Array
  /** How many pairs show each pattern. */
  counts: Float64Array
  /** What is certain of a pattern: 1 one person (equal ID cards), -1 two people (different ones), 0 to be learned. */
  certain: Int8Array
}

/** How often pairs of two records taken at random agree, per field. */
export interface Chance {
  /** Share of each level among pairs of which both have a value, matches included. */
  shares: Float64Array
  /** Pairs of the whole base of which both have a value. */
  pairs: number
}

export interface LearnedField {
  name: string
  /** Probability of each level among pairs that are one person, and among pairs that are not. */
  m: number[]
  u: number[]
  /** log2(m/u) of each level. */
  weights: number[]
}

export interface Learned {
  fields: LearnedField[]
  /** Probability that two records taken at random are one person. */
  prior: number
  /** Pairs believed to be one person, as the sum of probabilities. */
  matches: number
  /** Whether the largest change fell below the bound before the rounds ran out. */
  converged: boolean
  /** Largest change of any m, or of the logarithm of the prior, per round, first round first. */
  changes: number[]
}

const mostRounds = 300
const enough = 1e-5
/** Stands for half an observation, so that a level never seen keeps a finite weight. */
const half = 0.5

/** From so many pairs that are certainly one person on, they alone say how one person's values differ. */
const enoughCertain = 300

/** What is believed before the first look: people mostly agree with themselves, and least agreement is the rarest slip. */
const startOf = (levels: number): number[] => {
  if (levels === 2) return [0.1, 0.9]
  const between = 0.14 / (levels - 2)
  return Array.from({ length: levels }, (_, level) => (level === 0 ? 0.06 : level === levels - 1 ? 0.8 : between))
}

/**
 * Learns the weights of Fellegi and Sunter from unlabelled pairs by expectation and maximisation.
 *
 * The model is of all pairs of the base; candidates are those that may be one person, and every other pair is taken as two
 * people. So m and the prior come from the candidates' posterior, and u is what pairs taken at random show less what the
 * matches among them account for. Blocking bends nothing that way: a posterior depends on a pattern, not on how the pair was
 * found. A field without a value on either side says nothing.
 *
 * Pairs that a strong identifier decides are not guessed at, and where there are enough of them m is what they show: they were
 * found by the identifier, so the other fields are as they are. Left to the unlabelled pairs, families who share an address
 * and a phone were learned as one person each, who then has two birthdays (a million made-up records: precision .951).
 * Source: I. P. Fellegi, A. B. Sunter 1969; W. E. Winkler 2000 (EM for record linkage).
 *
 * @param fields as in the patterns
 * @param records how many there are; decides where the prior starts
 */
export const learnWeights = (
  fields: readonly FieldShape[],
  { levels, counts, certain }: Patterns,
  chances: readonly Chance[],
  records: number,
): Learned => {
  const width = fields.length
  const totalPairs = (records * (records - 1)) / 2
  const m = fields.map((field) => startOf(field.levels))
  const u = chances.map(({ shares }) => Array.from(shares, (share) => Math.max(share, 1e-9)))
  // One record in ten has a double: only where the search starts.
  let prior = Math.min(0.5, records / 10 / Math.max(1, totalPairs))
  let matches = 0
  const changes: number[] = []
  let converged = false
  const seen = fields.map((field) => new Float64Array(field.levels))
  const note = (p: number, expected: number) => {
    for (let f = 0; f < width; f++) {
      const level = levels[p * width + f] ?? 0
      const of = seen[f]
      if (of && level < of.length) of[level] = (of[level] ?? 0) + expected
    }
  }
  const learnSeen = (f: number, level: number): number => {
    const of = seen[f] ?? new Float64Array()
    return ((of[level] ?? 0) + half) / (of.reduce((sum, value) => sum + value, 0) + half * of.length)
  }
  const known = counts.reduce((sum, count, p) => (certain[p] === 1 ? sum + count : sum), 0)
  if (known >= enoughCertain) {
    for (let p = 0; p < counts.length; p++) if (certain[p] === 1) note(p, counts[p] ?? 0)
    fields.forEach((field, f) => {
      m[f] = Array.from({ length: field.levels }, (_, level) => learnSeen(f, level))
    })
  }
  const settled = fields.map(({ strong }) => !strong && known >= enoughCertain)

  for (let round = 0; round < mostRounds && !converged; round++) {
    const logs = fields.map((_, f) => (m[f] ?? []).map((value, level) => Math.log(value / (u[f]?.[level] ?? 1))))
    const logPrior = Math.log(prior / (1 - prior))
    for (const each of seen) each.fill(0)
    matches = 0
    for (let p = 0; p < counts.length; p++) {
      const sure = certain[p] ?? 0
      if (sure < 0) continue
      let log = logPrior
      for (let f = 0; f < width; f++) log += logs[f]?.[levels[p * width + f] ?? 0] ?? 0
      const expected = (counts[p] ?? 0) / (sure > 0 ? 1 : 1 + Math.exp(-log))
      if (expected < 1e-9) continue
      matches += expected
      note(p, expected)
    }
    let change = 0
    fields.forEach((field, f) => {
      const of = seen[f] ?? new Float64Array()
      const { shares, pairs } = chances[f] ?? { shares: new Float64Array(), pairs: 0 }
      const ours = m[f] ?? []
      const theirs = u[f] ?? []
      let rest = 0
      for (let level = 0; level < field.levels; level++) {
        const next = settled[f] ? (ours[level] ?? 0) : learnSeen(f, level)
        change = Math.max(change, Math.abs(next - (ours[level] ?? 0)))
        ours[level] = next
        const left = Math.max(half, (shares[level] ?? 0) * pairs - (of[level] ?? 0))
        theirs[level] = left
        rest += left
      }
      for (let level = 0; level < field.levels; level++) theirs[level] = (theirs[level] ?? 0) / rest
    })
    const before = prior
    prior = Math.min(0.5, Math.max(1 / Math.max(2, totalPairs), matches / totalPairs))
    change = Math.max(change, Math.abs(Math.log(prior / before)))
    changes.push(change)
    converged = change < enough
  }
  return {
    fields: fields.map(({ name }, f) => {
      const [ours, theirs] = [m[f] ?? [], u[f] ?? []]
      return { name, m: ours, u: theirs, weights: ours.map((value, level) => Math.log2(value / (theirs[level] ?? 1))) }
    }),
    prior,
    matches,
    converged,
    changes,
  }
}

/** log2 of the odds before anything is compared. */
const priorWeight = (prior: number): number => Math.log2(prior / (1 - prior))

/** Probability, 0 to 1, that a pair with this weight is one person. */
export const probabilityOf = (weight: number, prior: number): number => 1 / (1 + 2 ** -(weight + priorWeight(prior)))

/** The weight from which a pair has at least this probability. */
export const weightOf = (probability: number, prior: number): number =>
  Math.log2(probability / (1 - probability)) - priorWeight(prior)
