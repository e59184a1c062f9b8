import type { FactStanding } from '../../../../src/opinion/facts/facts-contract.ts'
import { useText } from '../../i18n/text.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'

const tones: Readonly<Record<FactStanding, Tone>> = {
  valid: 'good',
  coming: 'blue',
  expired: 'warn',
  waiting: 'warn',
  draft: 'plain',
  ended: 'plain',
}

/** Where a fact stands: only a valid one may be cited. */
export const StandingMark = ({ standing }: { standing: FactStanding }) => {
  const t = useText()
  return <Badge tone={tones[standing]}>{t.facts.standings[standing]}</Badge>
}
