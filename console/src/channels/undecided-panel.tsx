import './channels.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Ago } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { decideUndecided, getUndecided, type Undecided } from './channel-calls.ts'

/** Sends of unknown outcome that only a person can settle; shown only where there are some. */
export const UndecidedPanel = ({ items, of }: { items: readonly Undecided[]; of: 'provider' | 'campaign' }) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [asked, setAsked] = useState<{ item: Undecided; outcome: 'sent' | 'failed' }>()
  const decide = useMutation({
    mutationFn: (reason: string) => {
      if (!asked) return Promise.reject(new Error('nothing was asked'))
      const { providerId, campaignId, version, step } = asked.item
      return decideUndecided(providerId, { campaignId, version, step, outcome: asked.outcome, reason })
    },
    onSuccess: ({ decided }) => message.success(t.channels.decided(format.count(decided))),
    onError: fail,
    onSettled: () => {
      setAsked(undefined)
      return Promise.all([
        client.invalidateQueries({ queryKey: ['channels'] }),
        client.invalidateQueries({ queryKey: ['campaigns'] }),
      ])
    },
  })
  if (items.length === 0) return null
  const words = t.channels
  const columns: Column<Undecided>[] = [
    {
      key: 'place',
      title: of === 'provider' ? words.campaign : words.account,
      card: 'lead',
      cell: ({ campaign, campaignId, provider, providerId }) =>
        of === 'provider' ? (
          <Link to="/campaigns/$id" params={{ id: String(campaignId) }}>
            {campaign}
          </Link>
        ) : (
          <Link to="/channels/$id" params={{ id: String(providerId) }}>
            {provider}
          </Link>
        ),
    },
    { key: 'step', title: words.step, cell: ({ stepName }) => stepName },
    { key: 'sends', title: words.sends, align: 'right', cell: ({ sends }) => format.count(sends) },
    { key: 'oldest', title: words.oldest, cell: ({ oldestAt }) => <Ago at={oldestAt} /> },
    { key: 'code', title: words.code, cell: ({ code }) => (code === null ? '—' : <code>{code}</code>) },
  ]
  if (can('channels.write'))
    columns.push({
      key: 'decide',
      title: words.decide,
      card: 'bare',
      cell: (item) => (
        <span className="row">
          <Button size="small" onClick={() => setAsked({ item, outcome: 'sent' })}>
            {words.wentOut}
          </Button>
          <Button size="small" onClick={() => setAsked({ item, outcome: 'failed' })}>
            {words.didNot}
          </Button>
        </span>
      ),
    })
  return (
    <div className="channel-undecided">
      <Panel flush title={words.undecided} note={words.undecidedHint}>
        <Table
          label={words.undecided}
          rows={items}
          rowKey={({ providerId, campaignId, version, step }) => `${providerId} ${campaignId} ${version} ${step}`}
          blank={null}
          columns={columns}
        />
        {asked && (
          <ReasonDialog
            title={asked.outcome === 'sent' ? words.wentOutTitle : words.didNotTitle}
            warning={(asked.outcome === 'sent' ? words.wentOutHint : words.didNotHint)(format.count(asked.item.sends))}
            label={words.foundOut}
            placeholder={words.foundOutExample}
            suggestions={words.foundOutBy}
            confirm={asked.outcome === 'sent' ? words.wentOut : words.didNot}
            busy={decide.isPending}
            onConfirm={(reason) => decide.mutate(reason)}
            onClose={() => setAsked(undefined)}
          />
        )}
      </Panel>
    </div>
  )
}

/** Those of one campaign. */
export const CampaignUndecided = ({ campaignId }: { campaignId: number }) => {
  const undecided = useQuery({
    queryKey: ['campaigns', 'one', campaignId, 'undecided'],
    queryFn: ({ signal }) => getUndecided(campaignId, signal),
    refetchInterval: 60_000,
  })
  return <UndecidedPanel items={undecided.data?.items ?? []} of="campaign" />
}
