import { Button, Input, Select } from 'antd'
import { useContext } from 'react'
import { useText } from '../i18n/text.ts'
import { keyed } from '../ui/keyed.ts'
import { Field } from '../ui/page.tsx'
import type { FormOf } from './content-form.tsx'
import type { CreativeContent } from './creative-shapes.ts'
import { RemoveButton } from './sms-form.tsx'
import { TextBox, WritingContext } from './text-box.tsx'

type Message = Extract<CreativeContent, { channel: 'wechat' }>['message']
const messageKinds = ['text', 'news', 'miniProgram', 'subscription'] as const

const emptyMessage = (kind: Message['kind']): Message => {
  switch (kind) {
    case 'text':
      return { kind, text: '' }
    case 'news':
      return { kind, title: '', description: '', url: '', picture: '' }
    case 'miniProgram':
      return { kind, title: '', miniProgram: { appId: '', path: '' }, thumb: '' }
    case 'subscription':
      return { kind, templateId: '', fields: [{ key: 'thing1', value: '' }], page: '' }
  }
}

export const WechatForm = ({ content, onChange }: FormOf<'wechat'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const { message } = content
  return (
    <div className="stack-16">
      <Field label={words.messageKind} hint={words.messageHint}>
        <Select
          className="wide-select"
          disabled={disabled}
          value={message.kind}
          onChange={(kind) => onChange({ ...content, message: emptyMessage(kind) })}
          options={messageKinds.map((value) => ({ value, label: words.messageKinds[value] }))}
        />
      </Field>
      <MessageFields message={message} onChange={(next) => onChange({ ...content, message: next })} />
    </div>
  )
}

const MessageFields = ({ message, onChange }: { message: Message; onChange: (message: Message) => void }) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  if (message.kind === 'text')
    return (
      <TextBox
        path="message.text"
        label={words.text}
        rows={4}
        maxLength={600}
        value={message.text}
        onChange={(text) => onChange({ ...message, text })}
      />
    )
  if (message.kind === 'subscription') {
    const { fields } = message
    return (
      <div className="stack-16">
        <Field label={words.templateId}>
          <Input
            disabled={disabled}
            value={message.templateId}
            onChange={({ target }) => onChange({ ...message, templateId: target.value })}
          />
        </Field>
        {keyed(fields).map(({ item: field, i, key }) => {
          const put = (change: Partial<typeof field>) =>
            onChange({ ...message, fields: fields.map((one, n) => (n === i ? { ...one, ...change } : one)) })
          return (
            <div className="field-line" key={key}>
              <Field label={words.keyName}>
                <Input disabled={disabled} value={field.key} onChange={({ target }) => put({ key: target.value })} />
              </Field>
              <TextBox
                path={`message.fields.${i}.value`}
                label={words.value}
                maxLength={60}
                value={field.value}
                onChange={(value) => put({ value })}
              />
              <RemoveButton onClick={() => onChange({ ...message, fields: fields.filter((_, n) => n !== i) })} />
            </div>
          )
        })}
        {!disabled && (
          <Button
            size="small"
            onClick={() =>
              onChange({ ...message, fields: [...fields, { key: `thing${fields.length + 1}`, value: '' }] })
            }
          >
            {words.addField}
          </Button>
        )}
        <TextBox
          path="message.page"
          label={words.page}
          maxLength={1000}
          value={message.page}
          onChange={(page) => onChange({ ...message, page })}
        />
      </div>
    )
  }
  return (
    <div className="stack-16">
      <TextBox
        path="message.title"
        label={words.title}
        maxLength={64}
        value={message.title}
        onChange={(title) => onChange({ ...message, title })}
      />
      {message.kind === 'news' ? (
        <>
          <TextBox
            path="message.description"
            label={words.descriptionText}
            rows={2}
            maxLength={120}
            value={message.description}
            onChange={(description) => onChange({ ...message, description })}
          />
          <TextBox
            path="message.url"
            label={words.url}
            maxLength={1000}
            value={message.url}
            onChange={(url) => onChange({ ...message, url })}
          />
          <TextBox
            path="message.picture"
            label={words.picture}
            maxLength={1000}
            value={message.picture}
            onChange={(picture) => onChange({ ...message, picture })}
          />
        </>
      ) : (
        <MiniProgramFields path="message" value={message} onChange={(change) => onChange({ ...message, ...change })} />
      )}
    </div>
  )
}

interface Mini {
  miniProgram: { appId: string; path: string }
  thumb: string
}

const MiniProgramFields = ({
  path,
  value: { miniProgram, thumb },
  onChange,
}: {
  path: string
  value: Mini
  onChange: (value: Mini) => void
}) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  return (
    <>
      <div className="field-pair">
        <Field label={words.appId}>
          <Input
            disabled={disabled}
            placeholder="wx0123456789abcdef"
            value={miniProgram.appId}
            onChange={({ target }) => onChange({ miniProgram: { ...miniProgram, appId: target.value.trim() }, thumb })}
          />
        </Field>
        <Field label={words.thumb}>
          <Input
            disabled={disabled}
            value={thumb}
            onChange={({ target }) => onChange({ miniProgram, thumb: target.value })}
          />
        </Field>
      </div>
      <TextBox
        path={`${path}.miniProgram.path`}
        label={words.path}
        maxLength={1000}
        value={miniProgram.path}
        onChange={(next) => onChange({ miniProgram: { ...miniProgram, path: next }, thumb })}
      />
    </>
  )
}

type Attachment = Extract<CreativeContent, { channel: 'wecom' }>['attachments'][number]
const attachmentKinds = ['link', 'image', 'miniProgram'] as const
const emptyAttachment = (kind: Attachment['kind']): Attachment => {
  if (kind === 'image') return { kind, url: '' }
  if (kind === 'link') return { kind, title: '', description: '', url: '', picture: '' }
  return { kind, title: '', miniProgram: { appId: '', path: '' }, thumb: '' }
}

export const WecomForm = ({ content, onChange }: FormOf<'wecom'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const { attachments } = content
  const put = (next: Attachment[]) => onChange({ ...content, attachments: next })
  return (
    <div className="stack-16">
      <TextBox
        path="text"
        label={words.text}
        rows={5}
        maxLength={4000}
        value={content.text}
        onChange={(text) => onChange({ ...content, text })}
      />
      <div className="stack">
        <span className="field-label">{words.attachments}</span>
        {keyed(attachments).map(({ item: one, i, key }) => {
          const set = (next: Attachment) => put(attachments.map((other, n) => (n === i ? next : other)))
          const path = `attachments.${i}`
          return (
            <div className="block-card" key={key}>
              <div className="field-head">
                <span className="strong small">{words.attachmentKinds[one.kind]}</span>
                <RemoveButton onClick={() => put(attachments.filter((_, n) => n !== i))} />
              </div>
              {one.kind !== 'image' && (
                <TextBox
                  path={`${path}.title`}
                  label={words.title}
                  maxLength={64}
                  value={one.title}
                  onChange={(title) => set({ ...one, title })}
                />
              )}
              {one.kind === 'link' && (
                <TextBox
                  path={`${path}.description`}
                  label={words.descriptionText}
                  maxLength={512}
                  value={one.description}
                  onChange={(description) => set({ ...one, description })}
                />
              )}
              {one.kind !== 'miniProgram' ? (
                <TextBox
                  path={`${path}.url`}
                  label={words.url}
                  maxLength={1000}
                  value={one.url}
                  onChange={(url) => set({ ...one, url })}
                />
              ) : (
                <MiniProgramFields path={path} value={one} onChange={(change) => set({ ...one, ...change })} />
              )}
            </div>
          )
        })}
        {!disabled && attachments.length < 9 && (
          <span className="row">
            {attachmentKinds.map((kind) => (
              <Button key={kind} size="small" onClick={() => put([...attachments, emptyAttachment(kind)])}>
                {`+ ${words.attachmentKinds[kind]}`}
              </Button>
            ))}
          </span>
        )}
      </div>
    </div>
  )
}
