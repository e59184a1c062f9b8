import { Link } from '@tanstack/react-router'
import { useFormats } from '../../i18n/numbers.ts'
import { type Text, useText } from '../../i18n/text.ts'
import { Badge } from '../../ui/marks.tsx'
import type { Entry } from './incident-shapes.ts'

const tones: Partial<Record<Entry['kind'], 'bad' | 'warn' | 'teal' | 'blue'>> = {
  due: 'warn',
  escalated: 'bad',
  burst: 'bad',
  alert: 'bad',
  level: 'warn',
  state: 'teal',
  opened: 'teal',
  decision: 'blue',
  statement: 'blue',
  signed: 'teal',
  product: 'bad',
}

const named = (names: Readonly<Record<string, string>>, key: unknown): string =>
  typeof key === 'string' ? (names[key] ?? key) : ''

/** What an entry says beside its own words. */
const told = (t: Text, { kind, detail }: Entry, count: (n: number) => string): string => {
  const words = t.incidents
  const { told } = words
  switch (kind) {
    case 'opened':
      return told.opened(named(words.opened, detail['how']), named(words.levels, detail['level']))
    case 'state':
      return told.moved(named(words.states, detail['from']), named(words.states, detail['to']))
    case 'level':
      return detail['of'] === 'event'
        ? told.eventLevel(named(words.levels, detail['to']))
        : told.moved(named(words.levels, detail['from']), named(words.levels, detail['to']))
    case 'linked':
    case 'unlinked':
      return told.event(String(detail['event']))
    case 'burst':
    case 'posts':
      return told.reached(count(Number(detail['posts'])))
    case 'due':
      return detail['clock'] === undefined ? words.late : told.due(named(words.clocks, detail['clock']))
    case 'escalated':
      return told.escalated(named(words.clocks, detail['clock']))
    case 'clock':
      return `${named(words.clocks, detail['clock'])} ${named(told.clock, detail['what'])}`
    case 'lane':
      return told.moved(String(detail['from'] ?? '—'), String(detail['to'] ?? '—'))
    case 'signed':
    case 'unsigned':
      return named(words.parties, detail['party'])
    case 'task':
      return [named(told.task, detail['what']), detail['owner'] ?? ''].join(' ').trim()
    case 'statement':
      return named(told.statement, detail['what'])
    case 'pack':
      return named(told.pack, detail['what'])
    case 'alert':
      return named(told.alert, detail['what'])
    case 'file':
      return detail['removed'] === true ? told.removed : ''
    default:
      return ''
  }
}

/** One line of the timeline. */
export const EntryLine = ({ entry, withIncident }: { entry: Entry; withIncident?: boolean }) => {
  const t = useText()
  const format = useFormats()
  const words = t.incidents
  const said = told(t, entry, format.count)
  return (
    <li className={`entry entry-${tones[entry.kind] ?? 'plain'}`}>
      <div className="row small muted">
        <time dateTime={entry.at} title={format.dateTime(entry.at)}>
          {format.dayHour(entry.at)}
        </time>
        <span>{entry.by}</span>
        {entry.lane && <Badge>{words.lanes[entry.lane]}</Badge>}
        <span>{words.entryKinds[entry.kind]}</span>
        {entry.mentionsMe && <Badge tone="warn">@</Badge>}
      </div>
      <div className="entry-text">
        {said}
        {said !== '' && entry.text !== '' && '：'}
        {entry.text}
      </div>
      {withIncident && (
        <Link className="small" to="/opinion/incidents/$id" params={{ id: String(entry.incidentId) }}>
          #{entry.incidentId} {entry.incident}
        </Link>
      )}
    </li>
  )
}
