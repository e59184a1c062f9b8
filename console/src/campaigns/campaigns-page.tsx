import './campaigns.css'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Button, Dropdown, Input, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { deleteCampaign, duplicateCampaign, listCampaigns } from './campaign-calls.ts'
import { CampaignLink, CategoryBadge, ReviewBadge, StateBadge } from './campaign-marks.tsx'
import { type Campaign, type CampaignState, type Category, campaignStates, categories } from './campaign-shapes.ts'
import { forgetKept } from './kept-draft.ts'
import { triggerText } from './step-reading.ts'
import { TemplateCards } from './template-cards.tsx'
import { useStepReader } from './use-step-reader.ts'

export const CampaignsPage = () => {
  const t = useText()
  const words = t.campaigns
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const reader = useStepReader()
  const [typed, setTyped] = useState('')
  const [state, setState] = useState<CampaignState>()
  const [category, setCategory] = useState<Category>()
  const search = useSettled(typed.trim(), 250)
  const filtered = search !== '' || state !== undefined || category !== undefined
  const campaigns = useInfiniteQuery({
    queryKey: ['campaigns', 'list', search, state, category],
    queryFn: ({ pageParam, signal }) => listCampaigns({ search, state, category, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  })
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        can('campaigns.write') && (
          <Button
            type="primary"
            icon={<Icon name="plus" size={16} />}
            onClick={() => navigate({ to: '/campaigns/new', search: {} })}
          >
            {words.create}
          </Button>
        )
      }
    >
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={words.search}
            aria-label={words.search}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            style={{ maxWidth: 320 }}
          />
          <Select
            allowClear
            aria-label={words.state}
            placeholder={words.allStates}
            style={{ minWidth: 120 }}
            {...(state !== undefined && { value: state })}
            onChange={(value: CampaignState | undefined) => setState(value)}
            options={campaignStates.map((value) => ({ value, label: words.states[value] }))}
          />
          <Select
            allowClear
            aria-label={words.category}
            placeholder={words.allCategories}
            style={{ minWidth: 120 }}
            {...(category !== undefined && { value: category })}
            onChange={(value: Category | undefined) => setCategory(value)}
            options={categories.map((value) => ({ value, label: words.categories[value] }))}
          />
        </div>
        <Loaded query={campaigns} lines={8}>
          {({ pages }) => (
            <Table
              label={words.title}
              rows={pages.flatMap(({ campaigns }) => campaigns)}
              rowKey={({ id }) => id}
              more={campaigns}
              blank={
                filtered ? (
                  <Blank icon="search" title={words.noneFit} />
                ) : (
                  <>
                    <Blank icon="campaign" title={words.none} hint={words.noneHint} />
                    {can('campaigns.write') && (
                      <div className="panel-body">
                        <TemplateCards
                          onChoose={(template) => navigate({ to: '/campaigns/new', search: { template } })}
                        />
                      </div>
                    )}
                  </>
                )
              }
              columns={[
                {
                  key: 'name',
                  title: words.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <CampaignLink id={row.id} name={row.name} />
                      <div className="muted small clamp-2">{triggerText(reader, row.definition.trigger)}</div>
                    </>
                  ),
                },
                {
                  key: 'category',
                  title: words.category,
                  fit: true,
                  cell: (row) => <CategoryBadge category={row.category} />,
                },
                {
                  key: 'state',
                  title: words.state,
                  fit: true,
                  cell: (row) => (
                    <span className="c-state">
                      <StateBadge state={row.state} />
                      {row.edited && row.liveVersion !== null && <span className="muted small">{words.edited}</span>}
                    </span>
                  ),
                },
                { key: 'review', title: words.review, fit: true, cell: (row) => <ReviewBadge review={row.review} /> },
                {
                  key: 'next',
                  title: words.nextRun,
                  fit: true,
                  cell: (row) =>
                    row.nextRunAt === null ? (
                      '—'
                    ) : (
                      <span title={format.dateTime(row.nextRunAt)}>{format.dayHour(row.nextRunAt)}</span>
                    ),
                },
                {
                  key: 'inside',
                  title: words.inside,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.liveVersion === null ? '—' : format.count(row.inside)),
                },
                {
                  key: 'entered',
                  title: words.entered,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.liveVersion === null ? '—' : format.count(row.entered)),
                },
                { key: 'priority', title: words.priority, align: 'right', fit: true, cell: (row) => row.priority },
                { key: 'changed', title: words.changed, fit: true, cell: (row) => <Ago at={row.changedAt} /> },
                ...(can('campaigns.write')
                  ? [
                      {
                        key: 'actions',
                        title: '',
                        card: 'bare' as const,
                        fit: true,
                        cell: (row: Campaign) => <RowMenu campaign={row} />,
                      },
                    ]
                  : []),
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}

const RowMenu = ({ campaign }: { campaign: Campaign }) => {
  const t = useText()
  const words = t.campaigns
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const duplicate = useMutation({
    mutationFn: () => duplicateCampaign(campaign.id),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['campaigns', 'list'] })
      void message.success(words.duplicated)
      await navigate({ to: '/campaigns/$id', params: { id: String(id) } })
    },
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteCampaign(campaign.id),
    onSuccess: async () => {
      forgetKept(campaign.id)
      await client.invalidateQueries({ queryKey: ['campaigns', 'list'] })
    },
    onError: fail,
  })
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'duplicate', label: words.duplicate, icon: <Icon name="copy" size={16} /> },
          ...(campaign.liveVersion === null
            ? [{ key: 'delete', danger: true, label: words.deleteDraft, icon: <Icon name="trash" size={16} /> }]
            : []),
        ],
        onClick: ({ key }) => {
          if (key === 'duplicate') duplicate.mutate()
          else
            confirm({
              title: words.deleteTitle(campaign.name),
              content: words.deleteHint,
              okText: words.deleteDraft,
              danger: true,
              run: () => drop.mutateAsync(),
            })
        },
      }}
    >
      <button type="button" className="icon-button" aria-label={`${t.ui.moreActions} ${campaign.name}`}>
        <Icon name="more" size={16} />
      </button>
    </Dropdown>
  )
}
