import './refusals.css'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { getCustomerSends } from './refusal-calls.ts'
import { SendItem } from './send-item.tsx'
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
