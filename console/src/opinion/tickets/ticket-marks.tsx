import { useText } from '../../i18n/text.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'
import type { TicketRow } from './ticket-calls.ts'

const tones: Readonly<Record<TicketRow['state'], Tone>> = {
  new: 'bad',
  acknowledged: 'warn',
  answered: 'blue',
  solved: 'good',
  closed: 'plain',
}

export const TicketState = ({ state }: { state: TicketRow['state'] }) => {
  const t = useText()
  return <Badge tone={tones[state]}>{t.tickets.states[state]}</Badge>
}

const kindTones: Readonly<Record<TicketRow['kind'], Tone>> = {
  complaint: 'bad',
  praise: 'good',
  suggestion: 'blue',
  inquiry: 'plain',
}

export const TicketKindMark = ({ kind }: { kind: TicketRow['kind'] }) => {
  const t = useText()
  return <Badge tone={kindTones[kind]}>{t.tickets.kinds[kind]}</Badge>
}

/** The name of a platform; one that is not in the list was written by hand. */
export const usePlatformName = () => {
  const t = useText()
  const names: Readonly<Record<string, string>> = t.opinionSources.platforms
  return (platform: string): string => names[platform] ?? platform
}
