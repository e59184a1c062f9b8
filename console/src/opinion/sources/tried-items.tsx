import { Complaint } from '../../../../src/opinion/contract.ts'
import type { FilePreview, TriedItem } from '../../../../src/opinion/sources/sources-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge } from '../../ui/marks.tsx'

/** What a complaint says beside its words. */
const ComplaintLine = ({ complaint }: { complaint: Readonly<Record<string, unknown>> }) => {
  const words = useText().opinionSources
  const format = useFormats()
  const { number, against, amountFen, appeal, replyState } = Complaint.parse(complaint)
  return (
    <p className="small wrap">
      {words.fields.complaintNumber} {number}
      {against !== undefined && ` · ${against}`}
      {appeal.length > 0 && ` · ${appeal.join('、')}`}
      {amountFen !== undefined && ` · ${format.amount('amountFen', amountFen)}`}
      {` · ${words.replyStates[replyState]}`}
    </p>
  )
}

/** Posts as they would be taken, and what would not. */
export const TriedItems = ({
  items,
  rejects,
  place,
}: {
  items: readonly TriedItem[]
  rejects: FilePreview['rejects']
  /** How the place of a refused one is said. */
  place: (index: number) => string
}) => {
  const words = useText().opinionSources
  const format = useFormats()
  return (
    <>
      <ol className="tried">
        {items.map((item) => (
          <li key={`${item.platform} ${item.guid}`}>
            <div className="row row-between">
              <strong className="wrap">
                {item.hotList && `${item.hotList.rank}. `}
                {item.title || item.text.slice(0, 40)}
              </strong>
              <Badge tone="plain">{words.postKinds[item.kind]}</Badge>
            </div>
            {item.title !== '' && item.text !== '' && <p className="small wrap clamp-2">{item.text}</p>}
            <p className="muted small wrap">
              {words.platforms[item.platform]} · {format.dateTime(item.publishedAt)}
              {item.author !== '' && ` · ${item.author}`}
              {item.counts.likes !== undefined && ` · ${words.likes(format.count(item.counts.likes))}`}
            </p>
            {item.complaint && <ComplaintLine complaint={item.complaint} />}
            {item.notes.map((note) => (
              <p key={note} className="tried-note small">
                {words.notes[note] ?? note}
              </p>
            ))}
          </li>
        ))}
      </ol>
      {rejects.length > 0 && (
        <div className="tried-rejects">
          <h3>{words.rejects(rejects.length)}</h3>
          <ul>
            {rejects.map(({ index, field, reason }) => (
              <li key={`${index} ${field}`} className="small">
                {place(index)}：{words.reasons[reason] ?? `${field} ${reason}`}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}
