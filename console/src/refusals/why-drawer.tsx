import './refusals.css'
import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice } from '../ui/marks.tsx'
import { Loaded } from '../ui/states.tsx'
import { CampaignSelect } from './campaign-select.tsx'
import { ReasonName, ReasonText } from './reason-line.tsx'
import { getWhy } from './refusal-calls.ts'
import type { Why } from './refusal-shapes.ts'
import { SendItem } from './send-item.tsx'

/** Why a customer got something of a campaign or not, and what would happen now. */
export const WhyDrawer = ({
  customerId,
  campaignId,
  onClose,
}: {
  customerId: string
  campaignId: number | undefined
  onClose: () => void
}) => {
  const t = useText()
  const [chosen, setChosen] = useState(campaignId)
  return (
    <Drawer open onClose={onClose} size={560} title={t.refusals.why}>
      <p className="muted small">{t.refusals.whyHint}</p>
      <CampaignSelect value={chosen} onChange={setChosen} autoFocus={campaignId === undefined} />
      {chosen !== undefined && <Answer key={chosen} customerId={customerId} campaignId={chosen} />}
    </Drawer>
  )
}

const Answer = ({ customerId, campaignId }: { customerId: string; campaignId: number }) => {
  const why = useQuery({
    queryKey: ['refusals', 'why', campaignId, customerId],
    queryFn: ({ signal }) => getWhy(campaignId, customerId, signal),
  })
  return (
    <Loaded query={why} lines={6}>
      {(data) => (
        <>
          <Story why={data} />
          <Sends why={data} />
          <Now why={data} />
        </>
      )}
    </Loaded>
  )
}

const Story = ({ why }: { why: Why }) => {
  const t = useText()
  const format = useFormats()
  const words = t.refusals
  const { audience, entries, heldOut } = why
  return (
    <section className="why-section">
      <h3>{words.entriesTitle}</h3>
      <div className="stack">
        {why.erased && <Notice tone="warn">{words.erased}</Notice>}
        {why.campaign.version === null && <p>{words.notPublished}</p>}
        {audience && <p>{audience.member ? words.inAudience(audience.name) : words.notInAudience(audience.name)}</p>}
        {!audience && why.campaign.version !== null && entries.length === 0 && <p>{words.triggerOther}</p>}
        {heldOut.global && <Notice tone="warn">{words.heldGlobal}</Notice>}
        {heldOut.campaign && <Notice tone="warn">{words.heldCampaign}</Notice>}
        {entries.length === 0 ? (
          <p className="muted">{words.notEntered}</p>
        ) : (
          entries.map((entry) => (
            <p key={entry.entryNo}>
              {words.entered(format.dateTime(entry.enteredAt), entry.entryNo)}{' '}
              <Badge tone={entry.state === 'converted' ? 'good' : 'plain'}>
                {words.entryStates[entry.state] ?? entry.state}
              </Badge>
              {entry.state === 'active' && <span className="muted"> {words.at(entry.stepName ?? entry.step)}</span>}
            </p>
          ))
        )}
      </div>
    </section>
  )
}

const Sends = ({ why: { sends } }: { why: Why }) => {
  const t = useText()
  return (
    <section className="why-section">
      <h3>{t.refusals.sendsTitle}</h3>
      {sends.length === 0 ? (
        <p className="muted">{t.refusals.noCampaignSends}</p>
      ) : (
        <ul className="send-list">
          {sends.map((send) => (
            <SendItem key={send.id} send={send} full />
          ))}
        </ul>
      )}
    </section>
  )
}

const Now = ({ why: { now, campaign, erased } }: { why: Why }) => {
  const t = useText()
  const format = useFormats()
  const words = t.refusals
  if (campaign.version === null || erased) return null
  return (
    <section className="why-section">
      <h3>{words.nowTitle}</h3>
      <p className="muted small">{words.nowHint}</p>
      {now.length === 0 && <p className="muted">{words.noSteps}</p>}
      {now.map(({ step, name, passes, channel, notBefore, passages }) => {
        const first = passages.findIndex(({ passed }) => !passed)
        const by = channel ? words.channels[channel] : ''
        return (
          <div key={step} className="why-section">
            <p>
              <strong>{name ?? step}</strong>{' '}
              <Badge tone={passes ? 'good' : 'warn'}>
                {passes
                  ? notBefore
                    ? words.wouldWait(by, format.dateTime(notBefore))
                    : words.wouldPass(by)
                  : words.wouldRefuse}
              </Badge>
            </p>
            <ol className="gate-steps">
              {passages.map((passage, at) => {
                const after = first >= 0 && at > first
                return (
                  <li
                    key={passage.step}
                    className={`${passage.passed ? 'gate-good' : 'gate-bad'} ${after ? 'gate-after' : ''}`}
                    title={after ? words.notCounted : undefined}
                  >
                    <Icon name={passage.passed ? 'done' : 'failed'} size={18} />
                    <div>
                      <span className="send-head">
                        {words.groups[passage.step]}
                        {passage.reason && <ReasonName reason={passage.reason} />}
                        <span className="send-time muted small">{passage.passed ? words.passed : words.stopped}</span>
                      </span>
                      {passage.notBefore && (
                        <p className="small muted">{words.notBefore(format.dateTime(passage.notBefore))}</p>
                      )}
                      {passage.reason && <ReasonText reason={passage.reason} />}
                      {passage.channels.length > 1 && passage.channels.some(({ reason }) => reason) && (
                        <p className="small muted">
                          {passage.channels
                            .map(({ channel, reason }) => {
                              const said = reason
                                ? reason.code
                                  ? words.codes[reason.code].name
                                  : words.hidden
                                : words.passed
                              return `${words.channels[channel]}: ${said}`
                            })
                            .join(' · ')}
                        </p>
                      )}
                    </div>
                  </li>
                )
              })}
            </ol>
          </div>
        )
      })}
    </section>
  )
}
