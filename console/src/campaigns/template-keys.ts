export const templateKeys = ['abandoned', 'due', 'dormant', 'birthday', 'blank'] as const
export type TemplateKey = (typeof templateKeys)[number]

/** What the address of the page for a new campaign carries: the template to begin with. */
export const templateSearch = (search: Record<string, unknown>): { template?: TemplateKey } => {
  const template = templateKeys.find((key) => key === search.template)
  return template ? { template } : {}
}
