import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, InputNumber, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { fromPercent, percent } from '../offers/figures.ts'
import { getCaps } from '../offers/offer-calls.ts'
import { type CapPage, lenderTypes } from '../offers/offer-shapes.ts'
import { useCan } from '../session.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { addCap, addLpr } from './content-calls.ts'

export const CapsView = () => {
  const caps = useQuery({ queryKey: ['content', 'caps'], queryFn: ({ signal }) => getCaps(signal) })
  return (
    <Loaded query={caps} lines={8}>
      {(page) => <Shown page={page} />}
    </Loaded>
  )
}

const Shown = ({ page }: { page: CapPage }) => {
  const t = useText()
  const can = useCan()
  const words = t.content
  const [adding, setAdding] = useState<'cap' | 'lpr'>()
  const lenders = t.offers.lenderTypes
  const rule = (kind: 'fixed' | 'lpr', value: number) => (kind === 'fixed' ? percent(value) : `${value} × LPR`)
  return (
    <>
      <Panel title={words.capsInForce} flush>
        <Table
          label={words.capsInForce}
          rows={page.inForce}
          rowKey={({ lenderType }) => lenderType}
          blank={null}
          columns={[
            { key: 'type', title: words.lenderType, card: 'lead', cell: (row) => lenders[row.lenderType] },
            {
              key: 'limit',
              title: words.limit,
              align: 'right',
              fit: true,
              cell: (row) => <span className="strong">{percent(row.limit)}</span>,
            },
            { key: 'compare', title: words.compare, fit: true, cell: (row) => t.offers.methods[row.compare] },
            {
              key: 'rule',
              title: words.rule,
              cell: (row) =>
                row.lpr
                  ? `${rule(row.kind, row.value)} · ${words.lprBase(percent(row.lpr.oneYear), row.lpr.publishedOn)}`
                  : rule(row.kind, row.value),
            },
            { key: 'source', title: words.source, cell: (row) => <span className="small">{row.source}</span> },
          ]}
        />
      </Panel>
      <Panel
        title={words.caps}
        note={words.parametersHint}
        flush
        extra={can('content.write') && <Button onClick={() => setAdding('cap')}>{words.addCap}</Button>}
      >
        <Table
          label={words.caps}
          rows={page.caps}
          rowKey={({ lenderType, validFrom }) => `${lenderType} ${validFrom}`}
          blank={null}
          columns={[
            { key: 'type', title: words.lenderType, card: 'lead', cell: (row) => lenders[row.lenderType] },
            { key: 'from', title: words.validFrom, fit: true, cell: (row) => row.validFrom },
            { key: 'rule', title: words.rule, fit: true, cell: (row) => rule(row.kind, row.value) },
            { key: 'compare', title: words.compare, fit: true, cell: (row) => t.offers.methods[row.compare] },
            { key: 'source', title: words.source, cell: (row) => <span className="small">{row.source}</span> },
          ]}
        />
      </Panel>
      <Panel
        title={words.lprs}
        flush
        extra={can('content.write') && <Button onClick={() => setAdding('lpr')}>{words.addLpr}</Button>}
      >
        <Table
          label={words.lprs}
          rows={page.lprs}
          rowKey={({ publishedOn }) => publishedOn}
          blank={null}
          columns={[
            { key: 'on', title: words.publishedOn, card: 'lead', cell: (row) => row.publishedOn },
            { key: 'one', title: words.oneYear, align: 'right', fit: true, cell: (row) => percent(row.oneYear) },
            {
              key: 'five',
              title: words.fiveYear,
              align: 'right',
              fit: true,
              cell: (row) => (row.fiveYear === null ? '—' : percent(row.fiveYear)),
            },
            { key: 'source', title: words.source, cell: (row) => <span className="small">{row.source}</span> },
          ]}
        />
      </Panel>
      {adding && <RateDialog kind={adding} onClose={() => setAdding(undefined)} />}
    </>
  )
}

const RateDialog = ({ kind, onClose }: { kind: 'cap' | 'lpr'; onClose: () => void }) => {
  const t = useText()
  const words = t.content
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const [lenderType, setLenderType] = useState<(typeof lenderTypes)[number]>('consumerFinance')
  const [rule, setRule] = useState<'fixed' | 'lpr'>('fixed')
  const [value, setValue] = useState<number | null>(null)
  const [fiveYear, setFiveYear] = useState<number | null>(null)
  const [compare, setCompare] = useState<'simple' | 'compound'>('simple')
  const [day, setDay] = useState('')
  const [source, setSource] = useState('')
  const save = useMutation({
    mutationFn: () =>
      kind === 'cap'
        ? addCap({
            lenderType,
            validFrom: day,
            kind: rule,
            value: rule === 'fixed' ? fromPercent(value) : value,
            compare,
            source,
          })
        : addLpr({
            publishedOn: day,
            oneYear: fromPercent(value),
            fiveYear: fiveYear === null ? null : fromPercent(fiveYear),
            source,
          }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['content', 'caps'] })
      onClose()
    },
    onError: fail,
  })
  const ready = day !== '' && value !== null && value > 0 && source.trim().length >= 2
  return (
    <Modal
      open
      title={kind === 'cap' ? words.addCap : words.addLpr}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: save.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) save.mutate()
        }}
      >
        {kind === 'cap' && (
          <>
            <Field label={words.lenderType}>
              <Select
                aria-label={words.lenderType}
                value={lenderType}
                onChange={setLenderType}
                options={lenderTypes.map((one) => ({ value: one, label: t.offers.lenderTypes[one] }))}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.rule}>
              <Select
                aria-label={words.rule}
                value={rule}
                onChange={setRule}
                options={[
                  { value: 'fixed' as const, label: words.fixed },
                  { value: 'lpr' as const, label: words.lprTimes },
                ]}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.compare}>
              <Select
                aria-label={words.compare}
                value={compare}
                onChange={setCompare}
                options={(['simple', 'compound'] as const).map((one) => ({ value: one, label: t.offers.methods[one] }))}
                style={{ width: '100%' }}
              />
            </Field>
          </>
        )}
        <Field label={kind === 'lpr' ? words.oneYear : rule === 'fixed' ? words.fixed : words.lprTimes}>
          <InputNumber min={0} step={0.05} style={{ width: '100%' }} value={value} onChange={setValue} />
        </Field>
        {kind === 'lpr' && (
          <Field label={words.fiveYear}>
            <InputNumber min={0} step={0.05} style={{ width: '100%' }} value={fiveYear} onChange={setFiveYear} />
          </Field>
        )}
        <Field label={kind === 'lpr' ? words.publishedOn : words.validFrom}>
          <DayInput value={day} onChange={setDay} />
        </Field>
        <Field label={words.source}>
          <Input value={source} maxLength={300} onChange={(event) => setSource(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
