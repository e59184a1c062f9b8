const states = ['open', 'watching', 'closed'] as const
const orders = ['heat', 'recent', 'posts', 'first'] as const

/** What the address of the board of events holds. */
export interface BoardSearch {
  state?: (typeof states)[number] | undefined
  order?: (typeof orders)[number] | undefined
  subjectId?: number | undefined
  level?: string | undefined
  platform?: string | undefined
  aspect?: string | undefined
  bursting?: true | undefined
  search?: string | undefined
  drillId?: number | undefined
}

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== ''
    ? value.slice(0, 100)
    : typeof value === 'number'
      ? String(value)
      : undefined
const number = (value: unknown): number | undefined => {
  const given = Number(value)
  return Number.isInteger(given) && given > 0 ? given : undefined
}

/** The board's filters out of an address; what is not one of them is dropped. */
export const boardSearch = (search: Record<string, unknown>): BoardSearch => {
  const read: BoardSearch = {
    state: states.find((state) => state === search.state),
    order: orders.find((order) => order === search.order),
    subjectId: number(search.subjectId),
    level: word(search.level),
    platform: word(search.platform),
    aspect: word(search.aspect),
    bursting: search.bursting === true || search.bursting === 'true' ? true : undefined,
    search: word(search.search),
    drillId: number(search.drillId),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}
