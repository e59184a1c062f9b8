import '../incidents/incidents.css'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Checkbox, Input, InputNumber, Modal, Select, TreeSelect } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useKeys } from '../../tasks/use-keys.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Tabs } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { TimeLeft } from '../incidents/incident-marks.tsx'
import { useReasons } from './reasons.ts'
import { Statistics } from './statistics.tsx'
import { createTicket, listTickets, type TicketKind, type TicketRow, ticketKinds } from './ticket-calls.ts'
import { TicketKindMark, TicketState, usePlatformName } from './ticket-marks.tsx'

const lists = ['open', 'mine', 'unassigned', 'late', 'all'] as const
type List = (typeof lists)[number]

/** Tickets, the nearest deadline first, and their figures. */
export const TicketsPage = () => {
  const t = useText()
  const words = t.tickets
  const can = useCan()
  const navigate = useNavigate()
  const [view, setView] = useState<'list' | 'statistics'>('list')
  const [list, setList] = useState<List>('open')
  const [typed, setTyped] = useState('')
  const [kind, setKind] = useState<TicketKind>()
  const [reason, setReason] = useState<string>()
  const [making, setMaking] = useState(false)
  const search = useSettled(typed.trim(), 250)
  const { nameOf, options } = useReasons()
  const platformName = usePlatformName()
  const filtered = search !== '' || kind !== undefined || reason !== undefined || list !== 'open'
  const tickets = useInfiniteQuery({
    queryKey: ['tickets', 'list', list, search, kind, reason],
    queryFn: ({ pageParam, signal }) =>
      listTickets(
        {
          search,
          kind,
          reason,
          state: list === 'all' ? 'all' : 'open',
          mine: list === 'mine' || undefined,
          unassigned: list === 'unassigned' || undefined,
          late: list === 'late' || undefined,
          after: pageParam,
        },
        signal,
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 20_000,
  })
  const handles = can('opinion.handle')
  useKeys({ n: () => handles && setMaking(true) })
  const counts = tickets.data?.pages[0]?.counts
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        handles && (
          <Button
            type="primary"
            icon={<Icon name="plus" size={16} />}
            title={words.keys}
            onClick={() => setMaking(true)}
          >
            {words.new}
          </Button>
        )
      }
    >
      <div className="incident-bar">
        <Tabs
          label={words.view}
          value={view}
          onChange={setView}
          items={(['list', 'statistics'] as const).map((key) => ({ key, label: words.views[key] }))}
        />
      </div>
      {view === 'statistics' ? (
        <Statistics />
      ) : (
        <Panel flush>
          <div className="panel-body incident-bar" data-page-search>
            <Tabs
              label={words.state}
              value={list}
              onChange={setList}
              items={lists.map((key) => ({
                key,
                label: (
                  <>
                    {words.lists[key]}
                    {counts && key !== 'all' && counts[key] > 0 && (
                      <Badge tone={key === 'late' ? 'bad' : 'plain'}>{counts[key]}</Badge>
                    )}
                  </>
                ),
              }))}
            />
            <Input
              allowClear
              type="search"
              aria-label={words.search}
              placeholder={words.search}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <Select
              allowClear
              aria-label={words.kind}
              placeholder={words.allKinds}
              style={{ minWidth: 120 }}
              {...(kind !== undefined && { value: kind })}
              onChange={(value: TicketKind | undefined) => setKind(value)}
              options={ticketKinds.map((value) => ({ value, label: words.kinds[value] }))}
            />
            <TreeSelect
              allowClear
              aria-label={words.reason}
              placeholder={words.allReasons}
              style={{ minWidth: 150 }}
              treeDefaultExpandAll
              {...(reason !== undefined && { value: reason })}
              onChange={(value: string | undefined) => setReason(value)}
              treeData={options}
            />
          </div>
          <Loaded query={tickets} lines={8}>
            {({ pages }) => (
              <Table<TicketRow>
                label={words.title}
                rows={pages.flatMap(({ items }) => items)}
                rowKey={({ id }) => id}
                more={tickets}
                blank={
                  filtered ? (
                    <Blank icon="search" title={words.noneFit} />
                  ) : (
                    <Blank icon="done" title={words.none} hint={words.noneHint} />
                  )
                }
                columns={[
                  {
                    key: 'title',
                    title: words.form.title,
                    card: 'lead',
                    cell: (row) => (
                      <>
                        <Link className="strong" to="/opinion/tickets/$id" params={{ id: String(row.id) }}>
                          {row.title}
                        </Link>
                        <div className="muted small">
                          #{row.id}
                          {row.number && ` · ${row.number}`}
                          {row.platform && ` · ${platformName(row.platform)}`}
                        </div>
                      </>
                    ),
                  },
                  {
                    key: 'kind',
                    title: words.kind,
                    cell: (row) => (
                      <span className="row">
                        <TicketKindMark kind={row.kind} />
                        {row.regulated && <Badge tone="warn">{words.regulated}</Badge>}
                      </span>
                    ),
                  },
                  { key: 'reason', title: words.reason, cell: (row) => nameOf(row.reason) ?? '—' },
                  { key: 'state', title: words.state, cell: (row) => <TicketState state={row.state} /> },
                  {
                    key: 'next',
                    title: words.next,
                    cell: (row) =>
                      row.clock === null ? (
                        '—'
                      ) : (
                        <span>
                          <span className="small muted">{words.steps[row.clock.step]}</span>{' '}
                          <TimeLeft clock={{ ...row.clock, startedAt: row.receivedAt }} />
                        </span>
                      ),
                  },
                  { key: 'owner', title: words.owner, cell: (row) => row.owner?.name ?? words.nobody },
                  { key: 'received', title: words.received, card: 'wide', cell: (row) => <Ago at={row.receivedAt} /> },
                ]}
              />
            )}
          </Loaded>
        </Panel>
      )}
      {making && (
        <NewTicketDialog
          onClose={() => setMaking(false)}
          onMade={(id) => navigate({ to: '/opinion/tickets/$id', params: { id: String(id) } })}
        />
      )}
    </Page>
  )
}

const NewTicketDialog = ({ onClose, onMade }: { onClose: () => void; onMade: (id: number) => void }) => {
  const t = useText()
  const words = t.tickets
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const { options } = useReasons()
  const [kind, setKind] = useState<TicketKind>('complaint')
  const [title, setTitle] = useState('')
  const [text, setText] = useState('')
  const [reason, setReason] = useState<string | null>(null)
  const [regulated, setRegulated] = useState(false)
  const [platform, setPlatform] = useState('')
  const [number, setNumber] = useState('')
  const [yuan, setYuan] = useState<number | null>(null)
  const make = useMutation({
    mutationFn: () =>
      createTicket({
        kind,
        title: title.trim(),
        text: text.trim(),
        reason,
        regulated,
        platform: platform.trim() || null,
        number: number.trim() || null,
        amountFen: yuan === null ? null : Math.round(yuan * 100),
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['tickets'] })
      onMade(id)
    },
    onError: fail,
  })
  const enough = title.trim().length >= 2
  return (
    <Modal
      open
      title={words.new}
      onCancel={onClose}
      okText={words.form.create}
      okButtonProps={{ htmlType: 'submit', form, disabled: !enough, loading: make.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (enough) make.mutate()
        }}
      >
        <Field label={words.kind}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.kind}
            value={kind}
            onChange={setKind}
            options={ticketKinds.map((value) => ({ value, label: words.kinds[value] }))}
          />
        </Field>
        <Field label={words.form.title}>
          <Input autoFocus maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field label={words.form.text} hint={words.form.textHint}>
          <Input.TextArea rows={4} maxLength={8000} value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <Field label={words.reason}>
          <TreeSelect
            allowClear
            treeDefaultExpandAll
            style={{ width: '100%' }}
            aria-label={words.reason}
            {...(reason !== null && { value: reason })}
            onChange={(value: string | undefined) => setReason(value ?? null)}
            treeData={options}
          />
        </Field>
        {kind === 'complaint' && (
          <Checkbox checked={regulated} onChange={(event) => setRegulated(event.target.checked)}>
            {words.regulated}
          </Checkbox>
        )}
        <Field label={words.platform}>
          <Input maxLength={40} value={platform} onChange={(event) => setPlatform(event.target.value)} />
        </Field>
        <Field label={words.number}>
          <Input maxLength={64} value={number} onChange={(event) => setNumber(event.target.value)} />
        </Field>
        <Field label={words.amount}>
          <InputNumber min={0} precision={2} prefix="¥" style={{ width: '100%' }} value={yuan} onChange={setYuan} />
        </Field>
      </form>
    </Modal>
  )
}
