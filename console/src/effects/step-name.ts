import type { StepKind } from '../campaigns/campaign-shapes.ts'
import type { Text } from '../i18n/text.ts'

/** What a step is called: by its author, else its kind and id. */
export const stepName = (
  t: Text,
  { step, name, kind }: { step: string; name: string | null; kind: string | null },
): string => {
  if (name) return name
  const kinds: Partial<Record<string, string>> = t.campaigns.kinds satisfies Record<StepKind, string>
  const said = kind === null ? undefined : kinds[kind]
  return said === undefined ? step : `${said} · ${step}`
}
