import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { listCoverage, listTraits, putTrait } from '../customers/customer-calls.ts'
import { type TraitDefinition, type TraitType, traitTypes } from '../customers/customer-shapes.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { readStats } from '../overview/stats-calls.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Meter } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'

export const DictionaryPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const titles = useTraitTitles()
  const [words, setWords] = useState('')
  const [editing, setEditing] = useState<TraitDefinition | 'new'>()
  const traits = useQuery({ queryKey: ['traits'], queryFn: ({ signal }) => listTraits(signal) })
  const coverage = useQuery({ queryKey: ['traits', 'coverage'], queryFn: ({ signal }) => listCoverage(signal) })
  const stats = useQuery({ queryKey: ['stats'], queryFn: ({ signal }) => readStats(signal) })
  const covered = new Map(coverage.data?.items.map((one) => [one.name, one]))
  const everybody = stats.data?.customers ?? 0
  const shareOf = (name: string) => {
    const customers = covered.get(name)?.customers
    return customers === undefined || everybody === 0 ? undefined : Math.min(1, customers / everybody)
  }
  const fits = ({ name, title }: TraitDefinition) =>
    `${name} ${title} ${titles(name)}`.toLowerCase().includes(words.trim().toLowerCase())
  return (
    <Page
      title={t.nav.dictionary}
      subtitle={t.dictionary.subtitle}
      actions={
        can('dictionary.write') && (
          <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setEditing('new')}>
            {t.dictionary.create}
          </Button>
        )
      }
    >
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={t.dictionary.search}
            aria-label={t.dictionary.search}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            style={{ maxWidth: 360 }}
          />
        </div>
        <Loaded query={traits} lines={8}>
          {({ items }) => (
            <Table
              label={t.nav.dictionary}
              rows={items.filter(fits)}
              rowKey={(row) => row.name}
              blank={<Blank icon="dictionary" title={t.dictionary.none} hint={t.dictionary.noneHint} />}
              columns={[
                {
                  key: 'name',
                  title: t.dictionary.trait,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <span className="strong">{titles(row.name)}</span>
                      <div className="muted small">
                        <code>{row.name}</code>
                      </div>
                    </>
                  ),
                },
                {
                  key: 'type',
                  title: t.mapping.type,
                  fit: true,
                  cell: (row) => (
                    <span className="row">
                      <Badge>{t.types[row.type]}</Badge>
                      {row.unit && <span className="muted small">{row.unit}</span>}
                    </span>
                  ),
                },
                {
                  key: 'personal',
                  title: t.dictionary.personal,
                  fit: true,
                  cell: (row) => row.personal && <Badge tone="warn">{t.dictionary.personalMark}</Badge>,
                },
                {
                  key: 'coverage',
                  title: t.dictionary.coverage,
                  fit: true,
                  cell: (row) => {
                    const share = shareOf(row.name)
                    return share === undefined ? (
                      ''
                    ) : (
                      <span className="coverage">
                        <Meter share={share} label={t.dictionary.coverage} />
                        <span className="num small">{format.share(share)}</span>
                      </span>
                    )
                  },
                },
                { key: 'owner', title: t.dictionary.owner, fit: true, cell: (row) => row.owner ?? '' },
                {
                  key: 'values',
                  title: t.dictionary.values,
                  card: 'wide',
                  cell: (row) => (
                    <span className="muted small clamp-2">
                      {(row.allowed ?? covered.get(row.name)?.values ?? []).join('、')}
                    </span>
                  ),
                },
                {
                  key: 'do',
                  title: t.ui.actions,
                  fit: true,
                  card: 'bare',
                  cell: (row) =>
                    can('dictionary.write') && (
                      <Button size="small" onClick={() => setEditing(row)}>
                        {t.ui.edit}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {editing && <TraitDialog trait={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </Page>
  )
}

const TraitDialog = ({ trait, onClose }: { trait: TraitDefinition | undefined; onClose: () => void }) => {
  const t = useText()
  const form = useId()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState(trait?.name ?? '')
  const [title, setTitle] = useState(trait?.title ?? '')
  const [type, setType] = useState<TraitType>(trait?.type ?? 'string')
  const [unit, setUnit] = useState(trait?.unit ?? '')
  const [owner, setOwner] = useState(trait?.owner ?? '')
  const [values, setValues] = useState<string[]>(trait?.allowed?.map(String) ?? [])
  const [personal, setPersonal] = useState(trait?.personal ?? false)
  const save = useMutation({
    mutationFn: () =>
      putTrait(name.trim(), {
        title: title.trim() || name.trim(),
        type,
        unit: unit.trim() || null,
        owner: owner.trim() || null,
        allowed: values.length === 0 ? null : values.map((text) => typedValue(type, text)),
        personal,
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['traits'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={trait ? t.dictionary.edit : t.dictionary.create}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: name.trim() === '', loading: save.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <div className="fields-2">
          <Field label={t.dictionary.code}>
            <Input
              required
              autoFocus={!trait}
              disabled={trait !== undefined}
              value={name}
              maxLength={200}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          <Field label={t.dictionary.title}>
            <Input value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
          </Field>
          <Field label={t.mapping.type}>
            <Select
              style={{ width: '100%' }}
              value={type}
              onChange={setType}
              options={traitTypes.map((value) => ({ value, label: t.types[value] }))}
            />
          </Field>
          <Field label={t.dictionary.unit}>
            <Input value={unit} maxLength={40} onChange={(event) => setUnit(event.target.value)} />
          </Field>
        </div>
        <Field label={t.dictionary.values} hint={t.dictionary.valuesHint}>
          <Select
            mode="tags"
            open={false}
            suffixIcon={null}
            style={{ width: '100%' }}
            value={values}
            onChange={setValues}
          />
        </Field>
        <Field label={t.dictionary.owner}>
          <Input value={owner} maxLength={100} onChange={(event) => setOwner(event.target.value)} />
        </Field>
        <Checkbox checked={personal} onChange={(event) => setPersonal(event.target.checked)}>
          {t.dictionary.personalHint}
        </Checkbox>
      </form>
    </Modal>
  )
}

const typedValue = (type: TraitType, text: string) => {
  if (type === 'number' || type === 'integer') return Number(text)
  return type === 'boolean' ? text === 'true' : text
}
