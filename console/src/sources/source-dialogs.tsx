import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, InputNumber, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Code, CopyButton, Notice, Tabs } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { snippetsFor } from './snippets.ts'
import { changeSource, createSource } from './source-calls.ts'
import type { PersonalRule, Source, SourceKind } from './source-shapes.ts'

// The server's own default.
const usualQuota = 100_000
const kinds: readonly SourceKind[] = ['server', 'web', 'app', 'wechat', 'other']

/** Adds a source, or changes one. A new one shows its write key, once. */
export const SourceDialog = ({ source, onClose }: { source: Source | undefined; onClose: () => void }) => {
  const t = useText()
  const form = useId()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState(source?.name ?? '')
  const [quota, setQuota] = useState(source?.quotaPerSecond ?? usualQuota)
  const [kind, setKind] = useState<SourceKind>('server')
  const [rule, setRule] = useState<PersonalRule>(source?.personalRule ?? 'mask')
  const [made, setMade] = useState<{ id: string; writeKey: string }>()
  const save = useMutation({
    mutationFn: async () => {
      const body = { name: name.trim(), quotaPerSecond: quota, personalRule: rule }
      if (!source) return createSource({ ...body, kind })
      await changeSource(source.id, body)
      return undefined
    },
    onSuccess: async (created) => {
      await client.invalidateQueries({ queryKey: ['sources'] })
      if (created) setMade(created)
      else onClose()
    },
    onError: fail,
  })
  if (made) return <KeyDialog id={made.id} writeKey={made.writeKey} onClose={onClose} />
  return (
    <Modal
      open
      title={source ? t.sources.edit : t.sources.create}
      onCancel={onClose}
      okText={source ? t.ui.save : t.sources.create}
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
        <Field label={t.sources.name} hint={t.sources.nameHint}>
          <Input autoFocus required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        {!source && (
          <Field label={t.sources.kind}>
            <Select
              style={{ width: '100%' }}
              value={kind}
              onChange={setKind}
              options={kinds.map((value) => ({ value, label: t.sources.kinds[value] }))}
            />
          </Field>
        )}
        <Field label={t.sources.quota} hint={t.sources.quotaHint}>
          <InputNumber
            min={1}
            max={1_000_000}
            precision={0}
            style={{ width: '100%' }}
            value={quota}
            onChange={(value) => setQuota(value ?? usualQuota)}
          />
        </Field>
        <Field label={t.sources.personalRule} hint={t.sources.personalRuleHints[rule]}>
          <Select
            style={{ width: '100%' }}
            value={rule}
            onChange={setRule}
            options={(['mask', 'identify'] as const).map((value) => ({ value, label: t.sources.personalRules[value] }))}
          />
        </Field>
      </form>
    </Modal>
  )
}

/** The write key, shown this once, and what to paste where. */
export const KeyDialog = ({ id, writeKey, onClose }: { id: string; writeKey: string; onClose: () => void }) => {
  const t = useText()
  const navigate = useNavigate()
  return (
    <Modal
      open
      width={680}
      title={t.sources.keyTitle}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={
        <>
          <Button onClick={onClose}>{t.sources.keySaved}</Button>
          <Button
            type="primary"
            onClick={() => {
              onClose()
              return navigate({ to: '/sources/$id', params: { id } })
            }}
          >
            {t.sources.openDebugger}
          </Button>
        </>
      }
    >
      <div className="stack-16">
        <Notice tone="warn">{t.sources.keyOnce}</Notice>
        <div className="secret">
          <code>{writeKey}</code>
          <CopyButton text={writeKey} />
        </div>
        <Snippets writeKey={writeKey} />
      </div>
    </Modal>
  )
}

export const Snippets = ({ writeKey }: { writeKey: string }) => {
  const t = useText()
  const snippets = snippetsFor(writeKey, window.location.origin)
  const [shown, setShown] = useState(snippets[0]?.key ?? '')
  return (
    <div>
      <Tabs
        label={t.sources.snippets}
        value={shown}
        onChange={setShown}
        items={snippets.map(({ key, name }) => ({ key, label: name }))}
      />
      <Code text={snippets.find(({ key }) => key === shown)?.code ?? ''} />
    </div>
  )
}
