/** Parts of the page, as its address names them. */
export const contentViews = ['check', 'cost', 'words', 'settings', 'caps'] as const
export type ContentView = (typeof contentViews)[number]

export const contentSearch = (search: Record<string, unknown>): { view?: ContentView } => {
  const view = contentViews.find((one) => one === search.view)
  return view === undefined ? {} : { view }
}
