import type { QuestionInput, RunKind } from './mining-shapes.ts'

/** What a form begins with. */
export const firstQuestion = (kind: RunKind): QuestionInput => {
  const scope = { title: '', who: { all: [] }, asOf: null }
  const purchases = { event: '', where: [], amount: null, quantity: null, invoice: null }
  switch (kind) {
    case 'rfm':
      return { kind, ...scope, ...purchases, days: null, quintiles: 'value', cut: 'mean', fixed: null }
    case 'value':
      return { kind, ...scope, ...purchases, horizonDays: 365, discountRate: 0.1, margin: 1 }
    case 'clusters':
      return { kind, ...scope, features: [], scale: 'standard', method: 'kmeans', k: null, kFrom: 2, kTo: 10 }
    case 'rules':
      return {
        kind,
        ...scope,
        baskets: { of: 'events', events: [], item: '', basket: 'customer' },
        without: [],
        minSupport: 0.01,
        minConfidence: 0.3,
        minLift: 1,
        maxLength: 5,
        right: 'one',
      }
  }
}

const comparisons = (where: readonly object[] | undefined) =>
  (where ?? []).every((filter) =>
    Object.entries(filter).every(([key, value]) => (key === 'property' ? value !== '' : value !== undefined)),
  )

/** Whether everything that must be said is said. */
export const isComplete = (question: QuestionInput): boolean => {
  switch (question.kind) {
    case 'rfm': {
      const { fixed } = question
      const bounds = question.cut !== 'fixed' || (fixed !== null && fixed !== undefined)
      return question.event !== '' && comparisons(question.where) && bounds
    }
    case 'value':
      return question.event !== '' && comparisons(question.where)
    case 'clusters':
      return (
        question.features.length > 0 &&
        question.features.every((feature) =>
          'trait' in feature
            ? feature.trait !== ''
            : 'tag' in feature
              ? feature.tag !== ''
              : feature.event !== '' && feature.property !== '',
        )
      )
    case 'rules': {
      const { baskets } = question
      if (baskets.of === 'tags') return baskets.tags.length > 0
      if (baskets.of === 'traits') return baskets.traits.length > 0
      const basket = baskets.basket !== 'property' || (baskets.basketProperty ?? '') !== ''
      return baskets.events.length > 0 && baskets.item !== '' && basket && comparisons(baskets.where)
    }
  }
}
