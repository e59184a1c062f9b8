import { useText } from '../../i18n/text.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'
import type { Statement } from './statement-calls.ts'

const tones: Readonly<Record<Statement['state'], Tone>> = {
  draft: 'plain',
  review: 'blue',
  returned: 'warn',
  approved: 'teal',
  published: 'good',
  withdrawn: 'plain',
}

export const StatementState = ({ state }: { state: Statement['state'] }) => {
  const t = useText()
  return <Badge tone={tones[state]}>{t.statements.states[state]}</Badge>
}
