import './refusals.css'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { ReasonName, ReasonText } from './reason-line.tsx'
import { getCustomerSends } from './refusal-calls.ts'
import type { CustomerSend } from './refusal-shapes.ts'
import { WhyDrawer } from './why-drawer.tsx'

/** What reached a customer, what did not and why. */
export const CustomerSendsCard = ({ id }: { id: string }) => {
  const t = useText()
  const can = useCan()
  const words = t.refusals
  const [refused, setRefused] = useState(false)
  const [asking, setAsking] = useState<number | 'choose'>()
  const sends = useInfiniteQuery({
    queryKey: ['refusals', 'of', id, refused],
    queryFn: ({ pageParam, signal }) => getCustomerSends(id, { refused, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return (
    <Panel
      title={words.panel}
      extra={
        can('campaigns.read') && (
          <Button size="small" icon={<Icon name="search" size={14} />} onClick={() => setAsking('choose')}>
            {words.why}
          </Button>
        )
      }
    >
      <Segmented
        size="small"
        aria-label={words.panel}
        value={refused ? 'refused' : 'all'}
        onChange={(value) => setRefused(value === 'refused')}
        options={[
          { value: 'all', label: words.allSends },
          { value: 'refused', label: words.onlyRefused },
        ]}
      />
      <Loaded query={sends} lines={3} compact>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.sends)
          if (items.length === 0) return <Blank compact title={words.noSends} hint={words.noSendsHint} />
          return (
            <>
              <ul className="send-list">
                {items.map((send) => (
                  <SendItem
                    key={send.id}
                    send={send}
                    onWhy={can('campaigns.read') ? () => setAsking(send.campaignId) : undefined}
                  />
                ))}
              </ul>
              {sends.hasNextPage && (
                <Button block loading={sends.isFetchingNextPage} onClick={() => sends.fetchNextPage()}>
                  {t.ui.more}
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
      {asking !== undefined && (
        <WhyDrawer
          customerId={id}
          campaignId={asking === 'choose' ? undefined : asking}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Panel>
  )
}

const tones = {
  planned: 'plain',
  refused: 'warn',
  queued: 'plain',
  sent: 'good',
  delivered: 'good',
  failed: 'bad',
  unknown: 'warn',
} as const

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
