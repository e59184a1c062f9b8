import type { AskedQuestion, Kind } from './insight-shapes.ts'

export const kinds = [
  'trend',
  'funnel',
  'retention',
  'sessions',
  'paths',
  'interval',
  'attribution',
] as const satisfies readonly Kind[]
export const isKind = (text: string): text is Kind => (kinds as readonly string[]).includes(text)

type Asked<K extends Kind> = Extract<AskedQuestion, { kind: K }>
/** A question being put together: whole in shape, with names that may still be empty. */
export type Draft = { [K in Kind]: Asked<K> }[Kind]
export type DraftOf<K extends Kind> = Asked<K>

/** What one starts with; `events` are those the company has, the most frequent first. */
export const firstDraft = (kind: Kind, events: readonly string[]): Draft => {
  const custom = events.filter((name) => !name.startsWith('$'))
  const [first = '', second = '', third = ''] = custom
  const period = { within: '30 days' }
  switch (kind) {
    case 'trend':
      return { kind, period, granularity: 'day', series: [{ event: first, measure: 'count' }] }
    case 'funnel':
      return {
        kind,
        period,
        steps: [{ event: first }, { event: second }, ...(third === '' ? [] : [{ event: third }])],
        window: '7 days',
        timing: true,
      }
    case 'retention':
      return {
        kind,
        period: { within: '90 days' },
        start: { event: first },
        back: { event: first },
        unit: 'week',
        units: 8,
      }
    case 'sessions':
      return { kind, period }
    case 'paths':
      return { kind, period: { within: '7 days' }, anchor: { event: first, at: 'start' }, steps: 4, most: 6 }
    case 'interval':
      return { kind, period, from: { event: first }, to: { event: second }, window: '30 days' }
    case 'attribution':
      return {
        kind,
        period,
        conversion: { event: second },
        touches: [{ event: first }],
        channel: 'channel',
        lookback: '30 days',
      }
  }
}

interface Selected {
  event: string
  where?: readonly object[] | undefined
}

const whole = ({ event, where = [] }: Selected): boolean =>
  event !== '' &&
  where.every((filter) => {
    const { property, ...comparison } = filter as Record<string, unknown>
    const values = Object.values(comparison)
    return property !== '' && values.length > 0 && values.every(isGiven)
  })

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== '' && (!Array.isArray(value) || (value.length > 0 && value.every(isGiven)))

/** Whether nothing is left to fill in. */
export const isComplete = (draft: Draft): boolean => {
  const { period, people } = draft
  if ('from' in period && (period.from === '' || period.to === '' || period.from > period.to)) return false
  if (people && 'audience' in people && people.audience === '') return false
  if ('breakdown' in draft && draft.breakdown && Object.values(draft.breakdown).includes('')) return false
  switch (draft.kind) {
    case 'trend':
      return draft.series.every((series) => whole(series) && series.property !== '')
    case 'funnel':
      return draft.steps.every(whole) && (draft.exclusions ?? []).every(whole) && draft.hold !== ''
    case 'retention':
      return whole(draft.start) && whole(draft.back)
    case 'sessions':
      return true
    case 'paths':
      return !draft.anchor || whole(draft.anchor)
    case 'interval':
      return whole(draft.from) && whole(draft.to)
    case 'attribution':
      return whole(draft.conversion) && draft.touches.every(whole) && draft.channel !== '' && draft.value !== ''
  }
}

/** The question as a part of an address. It names events, properties and values of properties, never a person. */
export const toAddress = (draft: Draft): string => JSON.stringify(draft)

/** The question of an address, when it is one of this kind; the server checks it whole. */
export const fromAddress = (kind: Kind, text: string | undefined): Draft | undefined => {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isDraft =
      typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind && 'period' in value
    return isDraft ? (value as Draft) : undefined
  } catch {
    return undefined
  }
}
