/** What the address of the explorer says. Everything text, so that it can be kept, shared and sent as it is. */
const names = [
  'q',
  'days',
  'from',
  'to',
  'subjects',
  'platforms',
  'sources',
  'kinds',
  'sentiment',
  'toward',
  'aspects',
  'speakers',
  'urgency',
  'authorClasses',
  'event',
  'cluster',
  'author',
  'engagementFrom',
  'followersFrom',
  'unsure',
  'mentioned',
  'disguised',
  'noSpam',
  'drill',
  'sort',
  'collapse',
  'post',
] as const
export type ExplorerName = (typeof names)[number]
export type ExplorerSearch = Partial<Record<ExplorerName, string>>

/** Reads an address; what is not known is left out. */
export const explorerSearch = (search: Record<string, unknown>): ExplorerSearch =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = search[name]
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : []
    }),
  )

/** Days looked back without a choice. */
export const usualDays = '7'

/** The question of an address at a moment: days become a beginning; what only the page needs is left out. */
export const questionOf = (
  { days, post: _post, ...rest }: ExplorerSearch,
  now: number,
): Readonly<Record<string, string>> => {
  const question: Record<string, string> = {}
  for (const [name, value] of Object.entries(rest)) if (value) question[name] = value
  const span = Number(days ?? usualDays)
  if (!question.from && !question.to && !question.cluster && !question.event && !question.author && span > 0)
    question.from = new Date(now - span * 86_400_000).toISOString()
  return question
}

/** Values of a list in an address. */
export const valuesOf = (search: ExplorerSearch, name: ExplorerName): string[] =>
  search[name]?.split(',').filter(Boolean) ?? []

/** The address with a value of a list put in or taken out. */
export const toggled = (search: ExplorerSearch, name: ExplorerName, value: string): ExplorerSearch => {
  const before = valuesOf(search, name)
  const after = before.includes(value) ? before.filter((one) => one !== value) : [...before, value]
  const { [name]: _gone, ...rest } = search
  return after.length > 0 ? { ...rest, [name]: after.join(',') } : rest
}

/** The address with a value set, or without it. */
export const withValue = (
  search: ExplorerSearch,
  change: Readonly<Partial<Record<ExplorerName, string | undefined>>>,
): ExplorerSearch =>
  explorerSearch(
    Object.fromEntries(
      Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== ''),
    ),
  )
