import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Segmented, Select, Upload } from 'antd'
import { useState } from 'react'
import { listAudiences } from '../audiences/audience-calls.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { assignAudience, uploadValues } from './tag-calls.ts'
import type { Tag } from './tag-shapes.ts'

/** Text of a file as spreadsheets here write it: UTF-8, or GB18030 where that does not read. */
const textOf = async (file: File): Promise<string> => {
  const bytes = await file.arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** Values of a manual tag for many: everybody in an audience, or a list of identifiers. */
export const AssignDialog = ({ tag, onClose }: { tag: Tag; onClose: () => void }) => {
  const t = useText()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [by, setBy] = useState<'audience' | 'file'>('audience')
  const [audienceId, setAudienceId] = useState<string>()
  const [values, setValues] = useState<string[]>([])
  const [action, setAction] = useState<'set' | 'add' | 'remove'>('set')
  const [text, setText] = useState('')
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) })
  const choices = tag.definition.kind === 'manual' ? tag.definition.values : []
  const onSuccess = () => client.invalidateQueries({ queryKey: ['tags'] })
  const bulk = useMutation({
    mutationFn: (id: string) => assignAudience(tag.key, { audienceId: id, values, action }),
    onSuccess,
    onError: fail,
  })
  const upload = useMutation({
    mutationFn: () => uploadValues(tag.key, { text, action: action === 'add' ? 'add' : 'set' }),
    onSuccess,
    onError: fail,
  })
  const result = by === 'audience' ? bulk.data : upload.data
  const ready =
    by === 'audience' ? audienceId !== undefined && (values.length > 0 || action === 'set') : text.trim() !== ''
  const actions = (['set', 'add', 'remove'] as const).filter(
    (one) => (tag.multi || one !== 'add') && (by === 'audience' || one !== 'remove'),
  )
  return (
    <Modal
      open
      width={620}
      title={`${t.tags.assign} · ${tag.title}`}
      onCancel={onClose}
      footer={[
        <Button key="close" onClick={onClose}>
          {t.ui.close}
        </Button>,
        <Button
          key="set"
          type="primary"
          disabled={!ready}
          loading={bulk.isPending || upload.isPending}
          onClick={() => (by === 'audience' ? audienceId && bulk.mutate(audienceId) : upload.mutate())}
        >
          {t.tags.set}
        </Button>,
      ]}
    >
      <div className="stack-16">
        <Segmented
          aria-label={t.tags.assignBy}
          value={by}
          onChange={setBy}
          options={[
            { value: 'audience' as const, label: t.tags.assignAudience },
            { value: 'file' as const, label: t.tags.assignFile },
          ]}
        />
        {by === 'audience' ? (
          <Field label={t.tags.chooseAudience}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t.tags.chooseAudience}
              style={{ width: '100%' }}
              loading={audiences.isPending}
              {...(audienceId !== undefined && { value: audienceId })}
              onChange={(id: string) => setAudienceId(id)}
              options={(audiences.data?.items ?? [])
                .filter(({ size }) => size !== null)
                .map(({ id, name, size }) => ({ value: id, label: `${name} (${format.count(size ?? 0)})` }))}
            />
          </Field>
        ) : (
          <Field label={t.tags.assignText} hint={t.tags.assignTextHint}>
            <Upload
              accept=".csv,.txt,text/csv,text/plain"
              maxCount={1}
              showUploadList={false}
              beforeUpload={async (file) => {
                setText(await textOf(file))
                return false
              }}
            >
              <Button icon={<Icon name="imports" size={16} />}>{t.tags.assignChoose}</Button>
            </Upload>
            <Input.TextArea
              className="mono"
              rows={8}
              spellCheck={false}
              placeholder={'13800001234,VIP'}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
        )}
        <div className="fields-2">
          <Field label={t.tags.action}>
            <Select
              aria-label={t.tags.action}
              style={{ width: '100%' }}
              value={actions.includes(action) ? action : 'set'}
              onChange={setAction}
              options={actions.map((value) => ({ value, label: t.tags.actions[value] }))}
            />
          </Field>
          {by === 'audience' && (
            <Field label={t.tags.values}>
              <ValuesField choices={choices} multi={tag.multi} values={values} onChange={setValues} />
            </Field>
          )}
        </div>
        {result && <Notice tone="good">{t.tags.assigned(format.count(result.changed))}</Notice>}
        {by === 'file' && upload.data && upload.data.rejected > 0 && (
          <div className="stack">
            <Notice tone="warn">{t.tags.rejected(format.count(upload.data.rejected))}</Notice>
            <div className="table-scroll" style={{ maxHeight: 200, overflow: 'auto' }}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{t.tags.line}</th>
                    <th>{t.tags.assignText}</th>
                    <th>{t.tags.why_}</th>
                  </tr>
                </thead>
                <tbody>
                  {upload.data.rejects.map(({ line, identifier, reason }) => (
                    <tr key={line}>
                      <td>{line}</td>
                      <td className="mono">{identifier}</td>
                      <td>{rejectText(t.tags.rejectReasons, reason)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        )}
      </div>
    </Modal>
  )
}

const rejectText = (words: Record<string, string>, reason: string) => words[reason] ?? reason

/** One value or several of a manual tag: from its list, or free text. */
export const ValuesField = ({
  choices,
  multi,
  values,
  onChange,
}: {
  choices: readonly string[]
  multi: boolean
  values: string[]
  onChange: (values: string[]) => void
}) => {
  const t = useText()
  return (
    <Select
      mode={choices.length > 0 ? 'multiple' : 'tags'}
      aria-label={t.tags.chooseValue}
      placeholder={t.tags.chooseValue}
      style={{ width: '100%', minWidth: 140 }}
      {...(!multi && { maxCount: 1 })}
      value={values}
      onChange={onChange}
      options={choices.map((value) => ({ value, label: value }))}
    />
  )
}
