import { Input, InputNumber, Select, Switch } from 'antd'
import { useContext } from 'react'
import { useText } from '../i18n/text.ts'
import { Field } from '../ui/page.tsx'
import { CallForm } from './call-form.tsx'
import type { CreativeContent } from './creative-shapes.ts'
import { linesOf } from './draft.ts'
import { EmailForm } from './email-form.tsx'
import { SmsForm } from './sms-form.tsx'
import { TextBox, WritingContext } from './text-box.tsx'
import { WechatForm, WecomForm } from './wechat-form.tsx'

export type FormOf<Channel extends CreativeContent['channel']> = {
  content: Extract<CreativeContent, { channel: Channel }>
  onChange: (content: Extract<CreativeContent, { channel: Channel }>) => void
}

/** The fields of a channel. */
export const ContentForm = ({
  content,
  onChange,
}: {
  content: CreativeContent
  onChange: (content: CreativeContent) => void
}) => {
  switch (content.channel) {
    case 'sms':
      return <SmsForm content={content} onChange={onChange} />
    case 'email':
      return <EmailForm content={content} onChange={onChange} />
    case 'wechat':
      return <WechatForm content={content} onChange={onChange} />
    case 'wecom':
      return <WecomForm content={content} onChange={onChange} />
    case 'push':
      return <PushForm content={content} onChange={onChange} />
    case 'call':
      return <CallForm content={content} onChange={onChange} />
    case 'branch':
      return <BranchForm content={content} onChange={onChange} />
    case 'inApp':
      return <InAppForm content={content} onChange={onChange} />
    case 'webhook':
      return <WebhookForm content={content} onChange={onChange} />
  }
}

const PushForm = ({ content, onChange }: FormOf<'push'>) => {
  const t = useText()
  const words = t.creatives.fields
  const set = (change: Partial<typeof content>) => onChange({ ...content, ...change })
  return (
    <div className="stack-16">
      <TextBox
        path="title"
        label={words.title}
        maxLength={50}
        value={content.title}
        onChange={(title) => set({ title })}
      />
      <TextBox
        path="text"
        label={words.text}
        rows={3}
        maxLength={200}
        value={content.text}
        onChange={(text) => set({ text })}
      />
      <TextBox
        path="link"
        label={words.link}
        maxLength={1000}
        value={content.link}
        onChange={(link) => set({ link })}
      />
      <TextBox
        path="picture"
        label={words.picture}
        maxLength={1000}
        value={content.picture}
        onChange={(picture) => set({ picture })}
      />
    </div>
  )
}

const BranchForm = ({ content, onChange }: FormOf<'branch'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const set = (change: Partial<typeof content>) => onChange({ ...content, ...change })
  return (
    <div className="stack-16">
      <TextBox
        path="title"
        label={words.title}
        maxLength={100}
        value={content.title}
        onChange={(title) => set({ title })}
      />
      <TextBox
        path="text"
        label={words.text}
        rows={5}
        maxLength={2000}
        value={content.text}
        onChange={(text) => set({ text })}
      />
      <Field label={words.checklist}>
        <Input.TextArea
          rows={4}
          disabled={disabled}
          defaultValue={content.checklist.join('\n')}
          onChange={({ target }) => set({ checklist: linesOf(target.value) })}
        />
      </Field>
    </div>
  )
}

const InAppForm = ({ content, onChange }: FormOf<'inApp'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const set = (change: Partial<typeof content>) => onChange({ ...content, ...change })
  const { button } = content
  const setButton = (change: { label?: string; link?: string }) => {
    const next = { label: button?.label ?? '', link: button?.link ?? '', ...change }
    const { button: _, ...rest } = content
    onChange(next.label === '' && next.link === '' ? rest : { ...rest, button: next })
  }
  return (
    <div className="stack-16">
      <div className="field-pair">
        <Field label={words.slot} hint={words.slotHint}>
          <Input disabled={disabled} value={content.slot} onChange={({ target }) => set({ slot: target.value })} />
        </Field>
        <Field label={words.shape}>
          <Select
            className="wide-select"
            disabled={disabled}
            value={content.shape}
            onChange={(shape) => set({ shape })}
            options={(['popup', 'banner', 'card'] as const).map((value) => ({ value, label: words.shapes[value] }))}
          />
        </Field>
      </div>
      <TextBox
        path="title"
        label={words.title}
        maxLength={60}
        value={content.title}
        onChange={(title) => set({ title })}
      />
      <TextBox
        path="text"
        label={words.text}
        rows={3}
        maxLength={300}
        value={content.text}
        onChange={(text) => set({ text })}
      />
      <div className="field-pair">
        <TextBox
          path="picture"
          label={words.picture}
          maxLength={1000}
          value={content.picture}
          onChange={(picture) => set({ picture })}
        />
        <TextBox path="alt" label={words.alt} maxLength={120} value={content.alt} onChange={(alt) => set({ alt })} />
      </div>
      <div className="field-pair">
        <TextBox
          path="button.label"
          label={words.button}
          maxLength={20}
          value={button?.label ?? ''}
          onChange={(label) => setButton({ label })}
        />
        <TextBox
          path="button.link"
          label={words.link}
          maxLength={1000}
          value={button?.link ?? ''}
          onChange={(link) => setButton({ link })}
        />
      </div>
      <div className="field-pair">
        <Field label={words.closePx}>
          <InputNumber
            min={44}
            max={96}
            disabled={disabled}
            value={content.closePx}
            onChange={(closePx) => set({ closePx: closePx ?? 44 })}
          />
        </Field>
        <Field label={words.marked}>
          <Switch disabled={disabled} checked={content.marked} onChange={(marked) => set({ marked })} />
        </Field>
      </div>
    </div>
  )
}

const WebhookForm = ({ content, onChange }: FormOf<'webhook'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  return (
    <div className="stack-16">
      <Field label={words.eventType}>
        <Input
          disabled={disabled}
          value={content.type}
          onChange={({ target }) => onChange({ ...content, type: target.value })}
        />
      </Field>
      <TextBox
        path="body"
        label={words.json}
        hint={words.jsonHint}
        rows={12}
        mono
        maxLength={20_000}
        value={content.body}
        onChange={(body) => onChange({ ...content, body })}
      />
    </div>
  )
}
