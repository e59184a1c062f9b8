import { useText } from '../i18n/text.ts'
import { Blank } from '../ui/states.tsx'
import type { NoticeContent } from './consent-shapes.ts'

type Field = keyof NoticeContent
const order: readonly Field[] = [
  'processor',
  'contact',
  'purpose',
  'manner',
  'kinds',
  'sensitiveKinds',
  'necessity',
  'retention',
  'rights',
  'recipients',
  'ask',
  'validDays',
]

/** A field of a notice as one text. */
const textOf = (content: NoticeContent, field: Field): string => {
  if (field === 'recipients')
    return content.recipients
      .map(({ name, contact, purpose, manner, kinds }) =>
        [name, contact, purpose, manner, kinds.join('、')].filter((part) => part !== '').join('；'),
      )
      .join('\n')
  const value = content[field]
  if (Array.isArray(value)) return value.join('、')
  return value === null ? '' : String(value)
}

/** What a notice tells, field by field. */
export const NoticeText = ({ content }: { content: NoticeContent }) => {
  const t = useText()
  return (
    <dl className="notice-text-list">
      {order.map((field) => {
        const text = textOf(content, field)
        return (
          text !== '' && (
            <div key={field}>
              <dt>{t.consents.fields[field]}</dt>
              <dd>{text}</dd>
            </div>
          )
        )
      })}
    </dl>
  )
}

/** What differs between two versions: the words of before struck out, those of after underlined. */
export const NoticeDiff = ({ before, after }: { before: NoticeContent; after: NoticeContent }) => {
  const t = useText()
  const changed = order.filter((field) => textOf(before, field) !== textOf(after, field))
  if (changed.length === 0) return <Blank compact title={t.consents.noDiff} />
  return (
    <div>
      {changed.map((field) => (
        <div key={field} className="diff-row">
          <div className="muted small">{t.consents.fields[field]}</div>
          <div className="wrap">
            <Changed before={textOf(before, field)} after={textOf(after, field)} />
          </div>
        </div>
      ))}
    </div>
  )
}

/** The same beginning and end stay plain. */
const Changed = ({ before, after }: { before: string; after: string }) => {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before[start] === after[start]) start++
  let end = 0
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const [gone, come] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  return (
    <>
      {after.slice(0, start)}
      {gone !== '' && <del>{gone}</del>}
      {come !== '' && <ins>{come}</ins>}
      {after.slice(after.length - end)}
    </>
  )
}
