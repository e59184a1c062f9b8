/**
 * Which events may be one story told apart: those about the same subject at the same time, in the same words or about the
 * same problem. Says why; a person decides. Pure.
 */

interface EventWords {
  id: number
  subjects: readonly number[]
  /** Words and pairs of characters (`2…`) with weights, as `event_vector` keeps them. */
  vector: Readonly<Record<string, number>>
  /** Texts, and of these by aspect. */
  texts: number
  aspects: Readonly<Record<string, number>>
  firstAt: number
  lastAt: number
  posts: number
}

interface Together {
  id: number
  /** 0 to 1: likeness of words, more where the aspect is the same. */
  likeness: number
  /** Words that both are told in, the most telling first; five at most. */
  words: string[]
  /** Aspects that a third of the texts of both have. */
  aspects: string[]
}

/** Below it two events of one subject share what all of its events share. */
const suggestFrom = 0.22
/** What the same aspect adds to the likeness of words, at most. */
const sameAspect = 0.12
/** Stories of one subject further apart than this are two. */
const mostApartMs = 3 * 86_400_000

const shareOf = ({ aspects, texts }: EventWords, aspect: string) => (aspects[aspect] ?? 0) / Math.max(1, texts)

/**
 * Events that may be the same story as one of them.
 * @param all active events of its subjects, itself among them: what is usual for the subject is taken from these
 */
export const togetherWith = (id: number, all: readonly EventWords[], most = 5): Together[] => {
  const one = all.find((other) => other.id === id)
  if (!one) return []
  const with_ = new Map<string, number>()
  for (const { vector } of all) for (const term of Object.keys(vector)) with_.set(term, (with_.get(term) ?? 0) + 1)
  const telling = (term: string) =>
    Math.max(0, Math.log((all.length + 10) / ((with_.get(term) ?? 0) + 0.5)) / Math.log((all.length + 10) / 0.5))
  const weighed = ({ vector }: EventWords) => {
    const terms = new Map(Object.entries(vector).map(([term, weight]) => [term, weight * telling(term)]))
    const length = Math.sqrt([...terms.values()].reduce((sum, weight) => sum + weight ** 2, 0)) || 1
    return { terms, length }
  }
  const mine = weighed(one)
  return all
    .flatMap((other): Together[] => {
      if (other.id === id || !other.subjects.some((subject) => one.subjects.includes(subject))) return []
      const apart = Math.max(other.firstAt - one.lastAt, one.firstAt - other.lastAt)
      if (apart > mostApartMs) return []
      const theirs = weighed(other)
      const shared: [string, number][] = []
      for (const [term, weight] of mine.terms) {
        const product = weight * (theirs.terms.get(term) ?? 0)
        if (product > 0) shared.push([term, product])
      }
      const cosine = shared.reduce((sum, [, product]) => sum + product, 0) / mine.length / theirs.length
      const agreeing = Object.keys(one.aspects).reduce(
        (sum, aspect) => sum + Math.min(shareOf(one, aspect), shareOf(other, aspect)),
        0,
      )
      const likeness = cosine + sameAspect * Math.min(1, agreeing)
      if (likeness < suggestFrom) return []
      return [
        {
          id: other.id,
          likeness: Math.min(1, likeness),
          words: shared
            .filter(([term]) => !term.startsWith('2'))
            .sort((a, b) => b[1] - a[1])
            .slice(0, 5)
            .map(([term]) => term),
          aspects: Object.keys(one.aspects).filter(
            (aspect) => shareOf(one, aspect) >= 1 / 3 && shareOf(other, aspect) >= 1 / 3,
          ),
        },
      ]
    })
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, most)
}
