import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Select, Switch } from 'antd'
import { useState } from 'react'
import { type Platform, platforms } from '../../../../src/opinion/contract.ts'
import type { Filter } from '../../../../src/opinion/subjects/subject-contract.ts'
import { nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { ExpressionField } from './expression-field.tsx'
import { deleteFilter, listFilters, writeFilter } from './subject-calls.ts'

/** Posts that are about nobody of ours. */
export const FiltersPanel = () => {
  const t = useText()
  const words = t.subjects
  const can = useCan()
  const { language } = usePreferences()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [editing, setEditing] = useState<Filter | 'new'>()
  const filters = useQuery({ queryKey: ['opinion', 'filters'], queryFn: ({ signal }) => listFilters(signal) })
  const drop = useMutation({
    mutationFn: deleteFilter,
    onSuccess: () => client.invalidateQueries({ queryKey: ['opinion', 'filters'] }),
    onError: fail,
  })
  return (
    <Panel
      title={words.filters}
      note={words.filtersHint}
      extra={
        can('opinion.write') && (
          <Button size="small" onClick={() => setEditing('new')}>
            {words.addFilter}
          </Button>
        )
      }
    >
      <Loaded query={filters} lines={2} compact>
        {({ items }) => (
          <ul className="filter-list">
            {items.map((filter) => (
              <li key={filter.id}>
                <code>{filter.expression}</code>
                <Badge tone={filter.on ? 'good' : 'plain'}>{filter.on ? words.on : words.off}</Badge>
                <span className="muted small">
                  {filter.platforms.length === 0
                    ? words.everywhere
                    : filter.platforms.map((one) => nameIn(platformNames, one, language)).join('、')}
                  {filter.note && ` · ${filter.note}`} · {filter.changedBy} <Ago at={filter.changedAt} />
                </span>
                {can('opinion.write') && (
                  <span className="row">
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={words.edit}
                      title={words.edit}
                      onClick={() => setEditing(filter)}
                    >
                      <Icon name="edit" size={15} />
                    </button>
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={words.remove}
                      title={words.remove}
                      onClick={() => drop.mutate(filter.id)}
                    >
                      <Icon name="trash" size={15} />
                    </button>
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {editing && (
        <FilterDialog filter={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
    </Panel>
  )
}

const FilterDialog = ({ filter, onClose }: { filter: Filter | undefined; onClose: () => void }) => {
  const t = useText()
  const words = t.subjects
  const { language } = usePreferences()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [given, setGiven] = useState({
    expression: filter?.expression ?? '',
    platforms: filter?.platforms ?? ([] as Platform[]),
    sources: filter?.sources ?? [],
    note: filter?.note ?? '',
    on: filter?.on ?? true,
  })
  const [fine, setFine] = useState(filter !== undefined)
  const save = useMutation({
    mutationFn: () => writeFilter(given, filter?.id),
    onSuccess: (saved) => {
      client.setQueryData(['opinion', 'filters'], saved)
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={filter ? words.edit : words.addFilter}
      okText={t.ui.save}
      cancelText={t.ui.cancel}
      okButtonProps={{ disabled: !fine, loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={onClose}
    >
      <div className="form-grid subject-form">
        <ExpressionField
          value={given.expression}
          onChange={(expression) => setGiven({ ...given, expression })}
          onChecked={(checked) => setFine(checked !== undefined && checked.error === null)}
        />
        <Field label={words.exceptionPlatforms} hint={words.everywhere}>
          <Select
            mode="multiple"
            value={given.platforms}
            onChange={(chosen: Platform[]) => setGiven({ ...given, platforms: chosen })}
            options={platforms.map((value) => ({ value, label: nameIn(platformNames, value, language) }))}
          />
        </Field>
        <Field label={words.filterNote}>
          <Input
            value={given.note}
            maxLength={300}
            onChange={({ target }) => setGiven({ ...given, note: target.value })}
          />
        </Field>
        <Field label={words.on}>
          <Switch checked={given.on} onChange={(on) => setGiven({ ...given, on })} />
        </Field>
      </div>
    </Modal>
  )
}
