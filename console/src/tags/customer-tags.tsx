import './tags.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Modal, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { ValuesField } from './assign-dialog.tsx'
import { allowAgain, getCustomerTags, listTags, removeForGood, setValues } from './tag-calls.ts'
import type { CustomerTag } from './tag-shapes.ts'

/** What is said about one customer, since when, and a way to have it removed for good. */
export const CustomerTagsCard = ({ id }: { id: string }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [removing, setRemoving] = useState<CustomerTag>()
  const [adding, setAdding] = useState(false)
  const tags = useQuery({ queryKey: ['tags', 'of', id], queryFn: ({ signal }) => getCustomerTags(id, signal) })
  const refresh = () => client.invalidateQueries({ queryKey: ['tags'] })
  const removal = useMutation({
    mutationFn: ({ key, reason }: { key: string; reason: string }) => removeForGood(id, key, reason),
    onSuccess: () => {
      setRemoving(undefined)
      return refresh()
    },
    onError: fail,
  })
  const allow = useMutation({ mutationFn: (key: string) => allowAgain(id, key), onSuccess: refresh, onError: fail })
  return (
    <Panel
      title={t.tags.customerTags}
      note={tags.data && String(tags.data.items.filter(({ removed }) => !removed).length)}
      extra={
        can('tags.write') && (
          <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
            {t.tags.addTag}
          </Button>
        )
      }
    >
      <Loaded query={tags} lines={3} compact>
        {({ items }) =>
          items.length === 0 ? (
            <Blank compact title={t.tags.noCustomerTags} />
          ) : (
            <div>
              {items.map((tag) => (
                <div key={tag.key} className="customer-tag">
                  <div>
                    <Link to="/tags/$key" params={{ key: tag.key }}>
                      {tag.title}
                    </Link>{' '}
                    <span className="muted small">
                      {tag.removed ? t.tags.removedForGood : tag.at && t.tags.since(format.date(tag.at))}
                    </span>
                    <div className="customer-tag-values">
                      {tag.removed ? (
                        <span className="muted small">{tag.removed.reason}</span>
                      ) : (
                        tag.values.map((value) => (
                          <Badge key={value} tone="teal">
                            {value}
                          </Badge>
                        ))
                      )}
                    </div>
                  </div>
                  {can('tags.write') &&
                    (tag.removed ? (
                      <Button
                        size="small"
                        type="text"
                        loading={allow.isPending && allow.variables === tag.key}
                        onClick={() => allow.mutate(tag.key)}
                      >
                        {t.tags.allowAgain}
                      </Button>
                    ) : (
                      <Button
                        size="small"
                        type="text"
                        aria-label={`${t.tags.removeForGood}: ${tag.title}`}
                        title={t.tags.removeForGood}
                        icon={<Icon name="trash" size={14} />}
                        onClick={() => setRemoving(tag)}
                      />
                    ))}
                </div>
              ))}
            </div>
          )
        }
      </Loaded>
      {removing && (
        <ReasonDialog
          title={t.tags.removeTitle(removing.title)}
          warning={t.tags.removeWarning}
          label={t.tags.removeReason}
          placeholder={t.tags.removeReasonHint}
          confirm={t.tags.removeForGood}
          danger
          busy={removal.isPending}
          onConfirm={(reason) => removal.mutate({ key: removing.key, reason })}
          onClose={() => setRemoving(undefined)}
        />
      )}
      {adding && <AddTag id={id} onClose={() => setAdding(false)} onDone={refresh} />}
    </Panel>
  )
}

const AddTag = ({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: () => Promise<void> }) => {
  const t = useText()
  const fail = useFailureToast()
  const [key, setKey] = useState<string>()
  const [values, setChosen] = useState<string[]>([])
  const tags = useQuery({
    queryKey: ['tags', 'manual'],
    queryFn: ({ signal }) => listTags({ kind: 'manual', state: 'active' }, signal),
  })
  const tag = tags.data?.items.find((one) => one.key === key)
  const set = useMutation({
    mutationFn: (key: string) => setValues(id, key, { values, action: tag?.multi ? 'add' : 'set' }),
    onSuccess: async () => {
      await onDone()
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.tags.addTag}
      okText={t.tags.set}
      okButtonProps={{ disabled: !key || values.length === 0, loading: set.isPending }}
      onOk={() => key && set.mutate(key)}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Field label={t.tags.chooseTag}>
          <Select
            aria-label={t.tags.chooseTag}
            style={{ width: '100%' }}
            loading={tags.isPending}
            {...(key !== undefined && { value: key })}
            onChange={(next: string) => {
              setKey(next)
              setChosen([])
            }}
            options={(tags.data?.items ?? []).map((one) => ({ value: one.key, label: one.title }))}
          />
        </Field>
        {tag?.definition.kind === 'manual' && (
          <Field label={t.tags.values}>
            <ValuesField choices={tag.definition.values} multi={tag.multi} values={values} onChange={setChosen} />
          </Field>
        )}
      </div>
    </Modal>
  )
}
