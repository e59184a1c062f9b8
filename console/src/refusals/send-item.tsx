import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Ago, Badge } from '../ui/marks.tsx'
import { ReasonName, ReasonText } from './reason-line.tsx'
import type { CustomerSend } from './refusal-shapes.ts'

const tones = {
  planned: 'plain',
  refused: 'warn',
  queued: 'plain',
  sent: 'good',
  delivered: 'good',
  failed: 'bad',
  unknown: 'warn',
} as const

/** One send with its state, and why where it was refused. */
export const SendItem = ({
  send,
  onWhy,
  full,
}: {
  send: CustomerSend
  onWhy?: (() => void) | undefined
  /** With the whole text of the reason. */
  full?: boolean
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.refusals
  const { state, reason, tried, notBefore } = send
  return (
    <li>
      <div className="send-head">
        <Badge tone={tones[state]}>{words.states[state]}</Badge>
        {reason && <ReasonName reason={reason} />}
        <span className="small">{words.channels[send.channel]}</span>
        <span className="send-time muted small">
          <Ago at={send.deliveredAt ?? send.sentAt ?? send.decidedAt} />
        </span>
      </div>
      <div className="small">
        <Link to="/campaigns/$id" params={{ id: String(send.campaignId) }}>
          {send.campaign}
        </Link>
        <span className="muted"> · {send.stepName ?? send.step}</span>
        {state === 'planned' && notBefore && (
          <span className="muted"> · {words.notBefore(format.dateTime(notBefore))}</span>
        )}
        {onWhy && reason && (
          <>
            {' '}
            <Button type="link" size="small" onClick={onWhy}>
              {words.why}
            </Button>
          </>
        )}
      </div>
      {full && reason && <ReasonText reason={reason} />}
      {full && tried.length > 1 && (
        <p className="small muted">
          {tried
            .map(
              ({ channel, reason }) =>
                `${words.channels[channel]}: ${reason.code ? words.codes[reason.code].name : words.hidden}`,
            )
            .join(' · ')}
        </p>
      )}
    </li>
  )
}
