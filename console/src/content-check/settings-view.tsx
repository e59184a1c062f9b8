import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, InputNumber, Modal } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Badge } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { addPartner, getRules, removePartner, setParameter } from './content-calls.ts'
import { type ParameterVersion, type Partner, parameterNames } from './content-shapes.ts'

export const SettingsView = () => {
  const rules = useQuery({ queryKey: ['content', 'rules'], queryFn: ({ signal }) => getRules(signal) })
  return (
    <Loaded query={rules} lines={8}>
      {({ partners, parameters }) => (
        <>
          <Partners partners={partners} />
          <ParameterTable parameters={parameters} />
        </>
      )}
    </Loaded>
  )
}

const today = () =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' }).format(new Date())

const Partners = ({ partners }: { partners: readonly Partner[] }) => {
  const t = useText()
  const can = useCan()
  const words = t.content
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [adding, setAdding] = useState(false)
  const remove = useMutation({
    mutationFn: removePartner,
    onSettled: () => client.invalidateQueries({ queryKey: ['content'] }),
    onError: fail,
  })
  return (
    <Panel
      title={words.partners}
      note={words.partnersHint}
      flush
      extra={can('content.write') && <Button onClick={() => setAdding(true)}>{words.addPartner}</Button>}
    >
      <Table
        label={words.partners}
        rows={partners}
        rowKey={({ id }) => id}
        blank={<Blank icon="lists" title={words.noPartners} compact />}
        columns={[
          {
            key: 'name',
            title: words.partnerName,
            card: 'lead',
            cell: (row) => (
              <span className="row">
                <span className="strong">{row.name}</span>
                {!row.inForce && <Badge tone="warn">{words.expired}</Badge>}
              </span>
            ),
          },
          { key: 'contract', title: words.contract, fit: true, cell: (row) => row.contract },
          { key: 'licence', title: words.licence, fit: true, cell: (row) => row.licence || '—' },
          { key: 'from', title: words.validFrom, fit: true, cell: (row) => row.validFrom },
          { key: 'until', title: words.validUntil, fit: true, cell: (row) => row.validUntil ?? '—' },
          ...(can('content.write')
            ? [
                {
                  key: 'remove',
                  title: words.remove,
                  fit: true,
                  cell: (row: Partner) => (
                    <Button
                      size="small"
                      onClick={() =>
                        confirm({
                          title: words.removeTitle(row.name),
                          okText: words.remove,
                          run: () => remove.mutateAsync(row.id),
                        })
                      }
                    >
                      {words.remove}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {adding && <PartnerDialog onClose={() => setAdding(false)} />}
    </Panel>
  )
}

const PartnerDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const words = t.content
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const [given, setGiven] = useState({ name: '', licence: '', contract: '', validFrom: today(), validUntil: '' })
  const save = useMutation({
    mutationFn: () => addPartner({ ...given, validUntil: given.validUntil === '' ? null : given.validUntil }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['content'] })
      onClose()
    },
    onError: fail,
  })
  const ready = given.name.trim().length >= 2 && given.contract.trim().length >= 2
  const field = (name: keyof typeof given, label: string, type = 'text') => (
    <Field label={label}>
      <Input
        type={type}
        maxLength={100}
        value={given[name]}
        onChange={(event) => setGiven((before) => ({ ...before, [name]: event.target.value }))}
      />
    </Field>
  )
  return (
    <Modal
      open
      title={words.addPartner}
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
        {field('name', words.partnerName)}
        {field('contract', words.contract)}
        {field('licence', words.licence)}
        {field('validFrom', words.validFrom, 'date')}
        {field('validUntil', words.validUntil, 'date')}
      </form>
    </Modal>
  )
}

const said = (value: unknown): string =>
  Array.isArray(value)
    ? value.join('、') || '—'
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([name, one]) => `${name} ${String(one)}`)
          .join('、')
      : String(value)

const ParameterTable = ({ parameters }: { parameters: readonly ParameterVersion[] }) => {
  const t = useText()
  const can = useCan()
  const words = t.content
  const [changing, setChanging] = useState<ParameterVersion>()
  const rows = parameterNames.flatMap((name) => parameters.filter((one) => one.name === name))
  return (
    <Panel title={words.parameters} note={words.parametersHint} flush>
      <Table
        label={words.parameters}
        rows={rows}
        rowKey={({ name, validFrom }) => `${name} ${validFrom}`}
        blank={null}
        columns={[
          {
            key: 'name',
            title: words.parameters,
            card: 'lead',
            cell: (row) => (
              <span className="row">
                <span className="strong">{words.parameterNames[row.name]}</span>
                {row.inForce && <Badge tone="good">{words.inForce}</Badge>}
              </span>
            ),
          },
          { key: 'value', title: words.value, cell: (row) => <span className="wrap">{said(row.value)}</span> },
          { key: 'from', title: words.validFrom, fit: true, cell: (row) => row.validFrom },
          { key: 'source', title: words.source, cell: (row) => <span className="small">{row.source}</span> },
          ...(can('content.write')
            ? [
                {
                  key: 'change',
                  title: words.change,
                  fit: true,
                  cell: (row: ParameterVersion) =>
                    row.inForce && (
                      <Button size="small" onClick={() => setChanging(row)}>
                        {words.change}
                      </Button>
                    ),
                },
              ]
            : []),
        ]}
      />
      {changing && <ParameterDialog before={changing} onClose={() => setChanging(undefined)} />}
    </Panel>
  )
}

const ParameterDialog = ({ before, onClose }: { before: ParameterVersion; onClose: () => void }) => {
  const t = useText()
  const words = t.content
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const list = Array.isArray(before.value)
  const table = !list && typeof before.value === 'object'
  const [text, setText] = useState(
    list ? (before.value as string[]).join('\n') : table ? JSON.stringify(before.value, null, 1) : String(before.value),
  )
  const [validFrom, setValidFrom] = useState(today())
  const [source, setSource] = useState('')
  const value = (): unknown => {
    if (list) return text.split(/\s+/).filter(Boolean)
    if (!table) return Number(text)
    try {
      return JSON.parse(text)
    } catch {
      // The server says what is wrong with it.
      return text
    }
  }
  const save = useMutation({
    mutationFn: () => setParameter({ name: before.name, validFrom, value: value(), source }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['content'] })
      onClose()
    },
    onError: fail,
  })
  const ready = source.trim().length >= 2
  return (
    <Modal
      open
      title={words.parameterNames[before.name]}
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
        <Field label={words.value} hint={list ? words.listHint : undefined}>
          {list || table ? (
            <Input.TextArea rows={5} value={text} onChange={(event) => setText(event.target.value)} />
          ) : (
            <InputNumber
              style={{ width: '100%' }}
              value={Number(text)}
              onChange={(typed) => setText(String(typed ?? ''))}
            />
          )}
        </Field>
        <Field label={words.validFrom}>
          <DayInput value={validFrom} onChange={setValidFrom} />
        </Field>
        <Field label={words.source}>
          <Input value={source} maxLength={300} onChange={(event) => setSource(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
