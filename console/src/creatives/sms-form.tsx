import { Button, Input } from 'antd'
import { useContext } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { keyed } from '../ui/keyed.ts'
import { Field } from '../ui/page.tsx'
import type { FormOf } from './content-form.tsx'
import { TextBox, WritingContext } from './text-box.tsx'

export const SmsForm = ({ content, onChange }: FormOf<'sms'>) => {
  const t = useText()
  const words = t.creatives.fields
  const set = (change: Partial<typeof content>) => onChange({ ...content, ...change })
  return (
    <div className="stack-16">
      <TextBox
        path="signature"
        label={words.signature}
        hint={words.signatureHint}
        maxLength={20}
        value={content.signature}
        onChange={(signature) => set({ signature })}
      />
      <TextBox
        path="text"
        label={words.text}
        rows={5}
        maxLength={1000}
        value={content.text}
        onChange={(text) => set({ text })}
      />
      <TextBox
        path="optOut"
        label={words.optOut}
        hint={words.optOutHint}
        maxLength={30}
        value={content.optOut}
        onChange={(optOut) => set({ optOut })}
      />
      <details className="providers" open={content.aliyun !== undefined || content.tencent !== undefined}>
        <summary>{words.providers}</summary>
        <p className="muted small">{words.providersHint}</p>
        <Aliyun content={content} onChange={onChange} />
        <Tencent content={content} onChange={onChange} />
      </details>
    </div>
  )
}

const Aliyun = ({ content, onChange }: FormOf<'sms'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const { aliyun, ...rest } = content
  const variables = aliyun?.variables ?? []
  const set = (next: { code: string; variables: { name: string; value: string }[] }) =>
    onChange(next.code === '' && next.variables.length === 0 ? rest : { ...rest, aliyun: next })
  const code = aliyun?.code ?? ''
  return (
    <div className="stack">
      <Field label={words.aliyunCode}>
        <Input
          disabled={disabled}
          placeholder="SMS_154950909"
          value={code}
          onChange={({ target }) => set({ code: target.value.trim(), variables })}
        />
      </Field>
      {keyed(variables).map(({ item: { name, value }, i, key }) => {
        const put = (change: { name?: string; value?: string }) =>
          set({ code, variables: variables.map((one, n) => (n === i ? { ...one, ...change } : one)) })
        return (
          <div className="field-line" key={key}>
            <Input
              disabled={disabled}
              aria-label={`${words.variableName} ${i + 1}`}
              placeholder={words.variableName}
              value={name}
              onChange={({ target }) => put({ name: target.value })}
            />
            <Input
              disabled={disabled}
              aria-label={`${words.variableValue} ${i + 1}`}
              placeholder="{{ customer.name }}"
              value={value}
              onChange={({ target }) => put({ value: target.value })}
            />
            <RemoveButton onClick={() => set({ code, variables: variables.filter((_, n) => n !== i) })} />
          </div>
        )
      })}
      {!disabled && (
        <Button size="small" onClick={() => set({ code, variables: [...variables, { name: '', value: '' }] })}>
          {words.addVariable}
        </Button>
      )}
    </div>
  )
}

const Tencent = ({ content, onChange }: FormOf<'sms'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const { tencent, ...rest } = content
  const variables = tencent?.variables ?? []
  const id = tencent?.id ?? ''
  const set = (next: { id: string; variables: string[] }) =>
    onChange(next.id === '' && next.variables.length === 0 ? rest : { ...rest, tencent: next })
  return (
    <div className="stack providers-second">
      <Field label={words.tencentId}>
        <Input
          disabled={disabled}
          placeholder="1110001"
          value={id}
          onChange={({ target }) => set({ id: target.value.trim(), variables })}
        />
      </Field>
      {keyed(variables).map(({ item: value, i, key }) => (
        <div className="field-line" key={key}>
          <span className="muted">{`{${i + 1}}`}</span>
          <Input
            disabled={disabled}
            aria-label={`${words.tencentVariables} ${i + 1}`}
            placeholder="{{ customer.name }}"
            value={value}
            onChange={({ target }) => set({ id, variables: variables.map((one, n) => (n === i ? target.value : one)) })}
          />
          <RemoveButton onClick={() => set({ id, variables: variables.filter((_, n) => n !== i) })} />
        </div>
      ))}
      {!disabled && (
        <Button size="small" onClick={() => set({ id, variables: [...variables, ''] })}>
          {words.addVariable}
        </Button>
      )}
    </div>
  )
}

export const RemoveButton = ({ onClick }: { onClick: () => void }) => {
  const t = useText()
  const { disabled } = useContext(WritingContext)
  if (disabled) return <span />
  return (
    <button type="button" className="icon-button" aria-label={t.ui.remove} title={t.ui.remove} onClick={onClick}>
      <Icon name="trash" size={16} />
    </button>
  )
}
