import './portraits.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { getFields } from '../audiences/audience-calls.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Notice } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listFields, listLookalikes, startLookalike } from './portrait-calls.ts'
import type { Lookalike, SetRef } from './portrait-shapes.ts'
import { PortraitTabs } from './portrait-tabs.tsx'
import { SetPicker, useSets } from './set-picker.tsx'
import { refsIn } from './set-refs.ts'

export const LookalikesPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const { seed } = useSearch({ from: '/inside/lookalikes' })
  const [creating, setCreating] = useState(seed !== undefined)
  const lookalikes = useQuery({
    queryKey: ['lookalikes'],
    queryFn: ({ signal }) => listLookalikes(signal),
    refetchInterval: ({ state }) => (state.data?.items.some(underway) ? 1_500 : false),
  })
  const create = can('audiences.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setCreating(true)}>
      {t.portraits.lookalike.create}
    </Button>
  )
  return (
    <Page title={t.portraits.title} subtitle={t.portraits.subtitle} actions={create}>
      <PortraitTabs />
      <Panel flush>
        <Loaded query={lookalikes}>
          {({ items }) => (
            <Table
              label={t.portraits.lookalike.title}
              rows={items}
              rowKey={(row) => row.id}
              blank={
                <Blank icon="audiences" title={t.portraits.lookalike.none} hint={t.portraits.lookalike.noneHint}>
                  {create}
                </Blank>
              }
              columns={[
                {
                  key: 'name',
                  title: t.portraits.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/lookalikes/$id" params={{ id: row.id }}>
                        {row.name}
                      </Link>
                      <div className="muted small">
                        {t.portraits.lookalike.seed} {row.seed.name}
                      </div>
                    </>
                  ),
                },
                {
                  key: 'state',
                  title: t.imports.state,
                  fit: true,
                  cell: (row) => (
                    <Badge
                      tone={row.state === 'done' ? 'good' : row.state === 'failed' ? 'bad' : 'plain'}
                      live={underway(row)}
                    >
                      {t.portraits.lookalike.states[row.state]}
                    </Badge>
                  ),
                },
                {
                  key: 'auc',
                  title: t.portraits.lookalike.auc,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.result?.auc == null ? '—' : row.result.auc.toFixed(3)),
                },
                {
                  key: 'candidates',
                  title: t.portraits.lookalike.candidates,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.result ? format.count(row.result.candidates) : '—'),
                },
                { key: 'at', title: t.portraits.lists.created, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {creating && <NewDialog seed={refsIn(seed)[0] ?? null} onClose={() => setCreating(false)} />}
    </Page>
  )
}

export const underway = ({ state }: Pick<Lookalike, 'state'>) => state === 'queued' || state === 'running'

const NewDialog = ({ seed: given, onClose }: { seed: SetRef | null; onClose: () => void }) => {
  const t = useText()
  const navigate = useNavigate()
  const client = useQueryClient()
  const traitTitle = useTraitTitles()
  const { nameOf } = useSets()
  const [seed, setSeed] = useState<SetRef | null>(given)
  const [base, setBase] = useState<SetRef | null>(null)
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const [events, setEvents] = useState<string[]>([])
  const fields = useQuery({ queryKey: ['portraits', 'fields'], queryFn: ({ signal }) => listFields(signal) })
  const known = useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal) })
  const eventName = (event: string) => t.eventNames[event] ?? event
  const shownName = name.trim() || (seed ? `${t.portraits.lookalike.title}：${nameOf(seed)}`.slice(0, 100) : '')
  const start = useMutation({
    mutationFn: (from: SetRef) =>
      startLookalike({ name: shownName, seed: from, base, events, ...(chosen.length > 0 && { features: chosen }) }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['lookalikes'] })
      await navigate({ to: '/lookalikes/$id', params: { id } })
    },
  })
  return (
    <Modal
      open
      title={t.portraits.lookalike.create}
      onCancel={onClose}
      okText={t.portraits.lookalike.start}
      okButtonProps={{ disabled: seed === null || shownName === '', loading: start.isPending }}
      onOk={() => {
        if (seed) start.mutate(seed)
      }}
    >
      <div className="stack-16">
        <Field label={t.portraits.lookalike.seed} hint={t.portraits.lookalike.seedHint}>
          <SetPicker label={t.portraits.lookalike.seed} value={seed} onChange={setSeed} />
        </Field>
        <Field label={t.portraits.base}>
          <SetPicker label={t.portraits.base} everybody value={base} onChange={setBase} />
        </Field>
        <Field label={t.portraits.lookalike.fields} hint={t.portraits.lookalike.fieldsHint}>
          <Select
            mode="multiple"
            aria-label={t.portraits.lookalike.fields}
            style={{ width: '100%' }}
            maxCount={40}
            showSearch={{ optionFilterProp: 'label' }}
            value={chosen}
            onChange={setChosen}
            options={(fields.data?.items ?? []).map((field) => ({
              value: field.key,
              label: field.kind === 'trait' ? traitTitle(field.key.slice('trait:'.length)) : field.title,
            }))}
          />
        </Field>
        <Field label={t.portraits.lookalike.events}>
          <Select
            mode="multiple"
            aria-label={t.portraits.lookalike.events}
            style={{ width: '100%' }}
            maxCount={10}
            showSearch={{ optionFilterProp: 'label' }}
            value={events}
            onChange={setEvents}
            options={(known.data?.events ?? []).map((event) => ({
              value: event.name,
              label: eventName(event.name),
            }))}
          />
        </Field>
        <Field label={t.portraits.name}>
          <Input
            value={name}
            maxLength={100}
            placeholder={shownName}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        {start.isError && <Notice tone="bad">{problemText(t, start.error)}</Notice>}
      </div>
    </Modal>
  )
}
