/** What the address of the page of drills holds. */
export interface DrillsSearch {
  view?: 'drills' | 'scenarios'
}

export const drillsSearch = (search: Record<string, unknown>): DrillsSearch =>
  search.view === 'scenarios' ? { view: 'scenarios' } : {}

/** The scenario a new one starts from. */
export const newScenarioSearch = (search: Record<string, unknown>): { from?: number } => {
  const from = Number(search.from)
  return Number.isInteger(from) && from > 0 ? { from } : {}
}
