import { useText } from '../i18n/text.ts'
import { Badge } from '../ui/marks.tsx'
import type { ShownReason } from './refusal-shapes.ts'

/** A reason in short: its name, or that it may not be shown. */
export const ReasonName = ({ reason }: { reason: ShownReason }) => {
  const t = useText()
  const { groups, codes, hidden } = t.refusals
  return <Badge tone="warn">{reason.code ? codes[reason.code].name : `${groups[reason.group]} · ${hidden}`}</Badge>
}

/** A reason in full: the sentence, what it was measured by, where it comes from, what would have to change. */
export const ReasonText = ({ reason }: { reason: ShownReason }) => {
  const t = useText()
  const words = t.refusals
  if (!reason.code) return <p className="small muted">{words.hiddenHint}</p>
  const { why, source, remedy } = words.codes[reason.code]
  const measured = words.measured(reason.code, reason.values)
  return (
    <div className="reason-text small">
      <p>
        {why}
        {measured !== '' && <span className="reason-measured">{measured}</span>}
      </p>
      <p className="muted">
        {words.source}：{source}
      </p>
      <p className="muted">
        {words.remedy}：{remedy}
      </p>
    </div>
  )
}
