import './awareness.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, DatePicker, Input, InputNumber, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import type { Awareness, Measured, VoiceMonth } from '../../../../src/opinion/awareness/awareness-contract.ts'
import { get, post, put, remove } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useConfirm } from '../../ui/confirm.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'

const key = ['opinion', 'awareness']

/** How well we are known, and how we are spoken of. */
export const AwarenessPage = () => {
  const t = useText()
  const words = t.awareness
  const awareness = useQuery({ queryKey: key, queryFn: ({ signal }) => get<Awareness>('/opinion/awareness', signal) })
  return (
    <Page title={words.title} subtitle={words.subtitle}>
      <Loaded query={awareness} lines={12}>
        {(awareness) => (
          <div className="stack-16">
            <Voice months={awareness.voice} />
            <Complaints rows={awareness.complaints} />
            <Surveys surveys={awareness.surveys} />
            <Search indexes={awareness.search} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

/** A figure and its interval, drawn on a scale from `from` to `to`. */
const WithInterval = ({ of: { value, low, high }, from = 0, to = 1 }: { of: Measured; from?: number; to?: number }) => {
  const t = useText()
  const format = useFormats()
  if (value === null || low === null || high === null) return <span className="muted">{t.awareness.none}</span>
  const place = (at: number) => `${Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100))}%`
  return (
    <span className="interval" title={t.awareness.interval(format.share(low), format.share(high))}>
      <span className="interval-value">{format.share(value)}</span>
      <svg className="interval-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2="100" y1="4" y2="4" className="interval-scale" />
        <line x1={place(low)} x2={place(high)} y1="4" y2="4" className="interval-span" />
        <line x1={place(value)} x2={place(value)} y1="0" y2="8" className="interval-dot" />
      </svg>
      <span className="muted small">{t.awareness.interval(format.share(low), format.share(high))}</span>
    </span>
  )
}

const colors = ['teal', 'cinnabar', 'amber', 'ink-3'] as const

/** Which line is whose. */
const Legend = ({ names }: { names: readonly string[] }) => (
  <div className="awareness-legend small">
    {names.slice(0, colors.length).map((name, index) => (
      <span key={name}>
        <i style={{ background: `var(--${colors[index] ?? 'ink-3'})` }} /> {name}
      </span>
    ))}
  </div>
)

const Voice = ({ months }: { months: readonly VoiceMonth[] }) => {
  const t = useText()
  const format = useFormats()
  const words = t.awareness
  const latest = months.at(-1)
  if (!latest || latest.brands.length === 0)
    return (
      <Panel title={words.share}>
        <Blank icon="trophy" title={words.noBrands} hint={words.noBrandsHint} />
      </Panel>
    )
  // As many as the picture can tell apart, our own first.
  const measured = months.filter(({ brands }) => brands.some(({ mentions }) => mentions > 0)).length
  const drawn = latest.brands.toSorted((a, b) => Number(b.own) - Number(a.own) || b.mentions - a.mentions).slice(0, 4)
  return (
    <>
      {measured > 1 && (
        <Panel title={words.share} note={words.shareNote}>
          <Legend names={drawn.map(({ name }) => name)} />
          <Chart
            label={words.share}
            tick="date"
            series={drawn.map(({ subjectId, name }, index) => ({
              name,
              kind: 'line',
              color: colors[index] ?? 'ink-3',
              points: months.flatMap(({ month, brands }) => {
                const value = brands.find((brand) => brand.subjectId === subjectId)?.share.value
                return value === null || value === undefined
                  ? []
                  : [{ at: `${month}T00:00:00+08:00`, value: Math.round(value * 1000) / 10 }]
              }),
            }))}
          />
        </Panel>
      )}
      <Panel
        flush
        title={`${words.share} · ${words.net} · ${latest.month.slice(0, 7)}`}
        note={measured > 1 ? words.netNote : `${words.shareNote}；${words.netNote}`}
      >
        <Table
          label={words.net}
          rows={latest.brands.toSorted((a, b) => b.mentions - a.mentions)}
          rowKey={({ subjectId }) => subjectId}
          blank={<Blank compact title={words.none} />}
          columns={[
            {
              key: 'brand',
              title: words.brand,
              card: 'lead',
              cell: ({ name, own }) => (
                <span>
                  {name} {own && <span className="muted small">{words.ours}</span>}
                </span>
              ),
            },
            { key: 'mentions', title: words.mentions, align: 'right', cell: ({ mentions }) => format.count(mentions) },
            { key: 'share', title: words.share, cell: ({ share }) => <WithInterval of={share} /> },
            { key: 'net', title: words.net, cell: ({ net }) => <WithInterval of={net} from={-1} /> },
          ]}
        />
      </Panel>
    </>
  )
}

const Complaints = ({ rows }: { rows: Awareness['complaints'] }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const words = t.awareness
  const [editing, setEditing] = useState<string>()
  const rate = (value: number | null) => (value === null ? '—' : format.decimal(value))
  return (
    <Panel flush title={words.complaints} note={words.complaintsNote}>
      <Table
        label={words.complaints}
        rows={rows.toReversed()}
        rowKey={({ month }) => month}
        blank={<Blank compact title={words.none} />}
        columns={[
          { key: 'month', title: words.month, card: 'lead', cell: ({ month }) => month.slice(0, 7) },
          {
            key: 'complaints',
            title: words.complaintCount,
            align: 'right',
            cell: ({ complaints }) => format.count(complaints),
          },
          {
            key: 'loans',
            title: words.loans,
            align: 'right',
            cell: ({ month, loans, source }) => (
              <span title={source}>
                {loans === null ? <span className="muted">{words.loansMissing}</span> : format.count(loans)}{' '}
                {can('opinion.write') && (
                  <Button type="text" size="small" aria-label={words.setLoans} onClick={() => setEditing(month)}>
                    <Icon name="edit" size={14} />
                  </Button>
                )}
              </span>
            ),
          },
          {
            key: 'rate',
            title: words.rate,
            align: 'right',
            cell: ({ rate: of }) => (
              <span>
                {rate(of.value)}{' '}
                {of.value !== null && (
                  <span className="muted small">{words.interval(rate(of.low), rate(of.high))}</span>
                )}
              </span>
            ),
          },
        ]}
      />
      {editing && <LoansDialog month={editing} onClose={() => setEditing(undefined)} />}
    </Panel>
  )
}

const LoansDialog = ({ month, onClose }: { month: string; onClose: () => void }) => {
  const t = useText()
  const words = t.awareness
  const client = useQueryClient()
  const fail = useFailureToast()
  const [loans, setLoans] = useState<number | null>(null)
  const [source, setSource] = useState('')
  const save = useMutation({
    mutationFn: () => put('/opinion/loan-counts', { month, loans, source }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: key })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={`${words.setLoans} ${month.slice(0, 7)}`}
      onCancel={onClose}
      okText={t.ui.save}
      cancelText={t.ui.cancel}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: loans === null }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Field label={words.loans}>
          <InputNumber className="wide" min={0} precision={0} value={loans} onChange={setLoans} />
        </Field>
        <Field label={words.loansSource}>
          <Input value={source} maxLength={200} onChange={({ target }) => setSource(target.value)} />
        </Field>
      </div>
    </Modal>
  )
}

const Surveys = ({ surveys }: { surveys: Awareness['surveys'] }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const words = t.awareness
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [adding, setAdding] = useState(false)
  const removal = useMutation({
    mutationFn: (id: number) => remove(`/opinion/surveys/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
    onError: fail,
  })
  return (
    <Panel
      title={words.surveys}
      note={words.surveysNote}
      extra={can('opinion.write') && <Button onClick={() => setAdding(true)}>{words.addSurvey}</Button>}
    >
      {surveys.length === 0 && <Blank compact icon="lists" title={words.noSurveys} />}
      {surveys.map(({ id, name, method, from, to, asked, brands }) => (
        <section key={id} className="survey">
          <h3>
            {name}{' '}
            <span className="muted small">
              {from} – {to} · {words.asked} {format.count(asked)}
            </span>
            {can('opinion.write') && (
              <Button
                size="small"
                type="text"
                onClick={() =>
                  confirm({
                    title: words.removeSurveyWarning(name),
                    okText: words.removeSurvey,
                    run: () => removal.mutateAsync(id),
                  })
                }
              >
                {words.removeSurvey}
              </Button>
            )}
          </h3>
          <p className="muted small">{method}</p>
          <Table
            label={name}
            rows={brands}
            rowKey={({ brand }) => brand}
            blank={<Blank compact title={words.none} />}
            columns={[
              { key: 'brand', title: words.brand, card: 'lead', cell: ({ brand }) => brand },
              { key: 'unaided', title: words.unaided, cell: ({ unaided }) => <WithInterval of={unaided} /> },
              { key: 'first', title: words.first, cell: ({ first }) => <WithInterval of={first} /> },
              { key: 'aided', title: words.aided, cell: ({ aided }) => <WithInterval of={aided} /> },
            ]}
          />
        </section>
      ))}
      {adding && <SurveyDialog onClose={() => setAdding(false)} />}
    </Panel>
  )
}

const SurveyDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const words = t.awareness
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState('')
  const [method, setMethod] = useState('')
  const [span, setSpan] = useState<[Dayjs, Dayjs]>([dayjs().subtract(14, 'day'), dayjs()])
  const [asked, setAsked] = useState<number | null>(null)
  const [table, setTable] = useState('')
  const save = useMutation({
    mutationFn: () =>
      post('/opinion/surveys', {
        name,
        method,
        from: span[0].format('YYYY-MM-DD'),
        to: span[1].format('YYYY-MM-DD'),
        asked,
        table,
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: key })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={words.addSurvey}
      onCancel={onClose}
      okText={words.addSurvey}
      cancelText={t.ui.cancel}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: name.trim().length < 2 || method.trim().length < 10 || !asked || table.trim() === '' }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Field label={words.surveyName}>
          <Input value={name} maxLength={120} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Field label={words.method} hint={words.methodHint}>
          <Input.TextArea rows={2} value={method} maxLength={2000} onChange={({ target }) => setMethod(target.value)} />
        </Field>
        <Field label={words.period}>
          <DatePicker.RangePicker
            className="wide"
            value={span}
            allowClear={false}
            onChange={(value) => value?.[0] && value[1] && setSpan([value[0], value[1]])}
          />
        </Field>
        <Field label={words.asked}>
          <InputNumber className="wide" min={1} precision={0} value={asked} onChange={setAsked} />
        </Field>
        <Field label={words.table} hint={words.surveyTableHint}>
          <Input.TextArea rows={6} value={table} onChange={({ target }) => setTable(target.value)} />
        </Field>
      </div>
    </Modal>
  )
}

const Search = ({ indexes }: { indexes: Awareness['search'] }) => {
  const t = useText()
  const can = useCan()
  const words = t.awareness
  const [adding, setAdding] = useState(false)
  return (
    <Panel
      title={words.search}
      note={words.searchNote}
      extra={can('opinion.write') && <Button onClick={() => setAdding(true)}>{words.addSearch}</Button>}
    >
      {indexes.length === 0 && <Blank compact icon="search" title={words.noSearch} />}
      {indexes.map(({ name, brands }) => (
        <section key={name} className="survey">
          <h3>{name}</h3>
          <Legend names={brands.map(({ brand }) => brand)} />
          <Chart
            label={name}
            tick="date"
            height={200}
            series={brands.slice(0, 4).map(({ brand, months }, index) => ({
              name: brand,
              kind: 'line',
              color: colors[index] ?? 'ink-3',
              points: months.map(({ month, mean }) => ({ at: `${month}T00:00:00+08:00`, value: Math.round(mean) })),
            }))}
          />
        </section>
      ))}
      {adding && <SearchDialog onClose={() => setAdding(false)} />}
    </Panel>
  )
}

const SearchDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const format = useFormats()
  const words = t.awareness
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [name, setName] = useState('百度指数')
  const [table, setTable] = useState('')
  const save = useMutation({
    mutationFn: () => post<{ rows: number }>('/opinion/search-index', { name, table }),
    onSuccess: async ({ rows }) => {
      message.success(words.imported(format.count(rows)))
      await client.invalidateQueries({ queryKey: key })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={words.addSearch}
      onCancel={onClose}
      okText={words.addSearch}
      cancelText={t.ui.cancel}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: name.trim().length < 2 || table.trim() === '' }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Field label={words.searchName}>
          <Input value={name} maxLength={60} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Field label={words.table} hint={words.searchTableHint}>
          <Input.TextArea rows={8} value={table} onChange={({ target }) => setTable(target.value)} />
        </Field>
      </div>
    </Modal>
  )
}
