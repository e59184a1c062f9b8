import { Button, Dropdown, Select, Switch } from 'antd'
import { useContext } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { keyed } from '../ui/keyed.ts'
import { Tabs } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import type { FormOf } from './content-form.tsx'
import type { EmailBlock } from './creative-shapes.ts'
import { RemoveButton } from './sms-form.tsx'
import { TextBox, WritingContext } from './text-box.tsx'

const blockKinds = ['heading', 'text', 'image', 'button', 'facts', 'divider', 'space'] as const

const emptyBlock = (kind: EmailBlock['kind']): EmailBlock => {
  switch (kind) {
    case 'heading':
      return { kind, text: '', align: 'left' }
    case 'text':
      return { kind, text: '', align: 'left', size: 'normal' }
    case 'image':
      return { kind, url: '', alt: '', link: '' }
    case 'button':
      return { kind, label: '', link: '', colour: '#0e766c' }
    case 'facts':
      return { kind, rows: [{ label: '', value: '' }] }
    case 'divider':
      return { kind }
    case 'space':
      return { kind, px: 24 }
  }
}

const startMjml = `<mjml lang="zh-CN">
  <mj-body background-color="#f4f6f3" width="600px">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text font-size="16px">{{ customer.name | default: "客户" }}，您好</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
`

export const EmailForm = ({ content, onChange }: FormOf<'email'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const set = (change: Partial<typeof content>) => onChange({ ...content, ...change })
  const { body } = content
  return (
    <div className="stack-16">
      <TextBox
        path="fromName"
        label={words.fromName}
        maxLength={60}
        value={content.fromName}
        onChange={(fromName) => set({ fromName })}
      />
      <TextBox
        path="subject"
        label={words.subject}
        maxLength={200}
        value={content.subject}
        onChange={(subject) => set({ subject })}
      />
      <TextBox
        path="preheader"
        label={words.preheader}
        hint={words.preheaderHint}
        maxLength={200}
        value={content.preheader}
        onChange={(preheader) => set({ preheader })}
      />
      <div>
        <Tabs
          label={words.body}
          value={body.kind}
          onChange={(kind) =>
            !disabled &&
            kind !== body.kind &&
            set({
              body:
                kind === 'mjml'
                  ? { kind, mjml: startMjml }
                  : { kind, blocks: [emptyBlock('heading'), emptyBlock('text')] },
            })
          }
          items={[
            { key: 'blocks', label: words.blocks },
            { key: 'mjml', label: words.mjml },
          ]}
        />
        {body.kind === 'mjml' ? (
          <TextBox
            path="body.mjml"
            label={words.mjml}
            rows={16}
            mono
            maxLength={100_000}
            value={body.mjml}
            onChange={(mjml) => set({ body: { kind: 'mjml', mjml } })}
          />
        ) : (
          <Blocks blocks={body.blocks} onChange={(blocks) => set({ body: { kind: 'blocks', blocks } })} />
        )}
      </div>
      <TextBox
        path="footer"
        label={words.footer}
        hint={words.footerHint}
        rows={2}
        maxLength={1000}
        value={content.footer}
        onChange={(footer) => set({ footer })}
      />
      <TextBox
        path="text"
        label={words.plain}
        hint={words.plainHint}
        rows={3}
        maxLength={20_000}
        value={content.text}
        onChange={(text) => set({ text })}
      />
    </div>
  )
}

const Blocks = ({ blocks, onChange }: { blocks: EmailBlock[]; onChange: (blocks: EmailBlock[]) => void }) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const move = (from: number, to: number) => {
    const next = [...blocks]
    const [moved] = next.splice(from, 1)
    if (moved) next.splice(to, 0, moved)
    onChange(next)
  }
  return (
    <div className="stack">
      {keyed(blocks).map(({ item: block, i, key }) => (
        <div className="block-card" key={key}>
          <div className="field-head">
            <span className="strong small">{words.blockKinds[block.kind]}</span>
            {!disabled && (
              <span className="row">
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`${words.moveUp} ${i + 1}`}
                  title={words.moveUp}
                  disabled={i === 0}
                  onClick={() => move(i, i - 1)}
                >
                  <Icon name="up" size={16} />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`${words.moveDown} ${i + 1}`}
                  title={words.moveDown}
                  disabled={i === blocks.length - 1}
                  onClick={() => move(i, i + 1)}
                >
                  <Icon name="down" size={16} />
                </button>
                <RemoveButton onClick={() => onChange(blocks.filter((_, n) => n !== i))} />
              </span>
            )}
          </div>
          <BlockFields
            path={`body.blocks.${i}`}
            block={block}
            onChange={(next) => onChange(blocks.map((one, n) => (n === i ? next : one)))}
          />
        </div>
      ))}
      {!disabled && blocks.length < 60 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: blockKinds.map((key) => ({ key, label: words.blockKinds[key] })),
            onClick: ({ key }) => {
              const kind = blockKinds.find((one) => one === key)
              if (kind) onChange([...blocks, emptyBlock(kind)])
            },
          }}
        >
          <Button icon={<Icon name="plus" size={16} />}>{words.addBlock}</Button>
        </Dropdown>
      )}
    </div>
  )
}

const BlockFields = ({
  path,
  block,
  onChange,
}: {
  path: string
  block: EmailBlock
  onChange: (block: EmailBlock) => void
}) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const align = (value: 'left' | 'center', change: (align: 'left' | 'center') => void) => (
    <Field label={words.align}>
      <Select
        className="wide-select"
        disabled={disabled}
        value={value}
        onChange={change}
        options={[
          { value: 'left', label: words.alignLeft },
          { value: 'center', label: words.alignCenter },
        ]}
      />
    </Field>
  )
  switch (block.kind) {
    case 'heading':
      return (
        <div className="stack">
          <TextBox
            path={`${path}.text`}
            label={words.label}
            maxLength={200}
            value={block.text}
            onChange={(text) => onChange({ ...block, text })}
          />
          {align(block.align, (align) => onChange({ ...block, align }))}
        </div>
      )
    case 'text':
      return (
        <div className="stack">
          <TextBox
            path={`${path}.text`}
            label={words.label}
            rows={4}
            maxLength={5000}
            value={block.text}
            onChange={(text) => onChange({ ...block, text })}
          />
          <div className="field-pair">
            {align(block.align, (align) => onChange({ ...block, align }))}
            <Field label={words.small}>
              <Switch
                disabled={disabled}
                checked={block.size === 'small'}
                onChange={(small) => onChange({ ...block, size: small ? 'small' : 'normal' })}
              />
            </Field>
          </div>
        </div>
      )
    case 'image':
      return (
        <div className="stack">
          <TextBox
            path={`${path}.url`}
            label={words.picture}
            maxLength={1000}
            value={block.url}
            onChange={(url) => onChange({ ...block, url })}
          />
          <TextBox
            path={`${path}.alt`}
            label={words.alt}
            maxLength={200}
            value={block.alt}
            onChange={(alt) => onChange({ ...block, alt })}
          />
          <TextBox
            path={`${path}.link`}
            label={words.link}
            maxLength={1000}
            value={block.link}
            onChange={(link) => onChange({ ...block, link })}
          />
        </div>
      )
    case 'button':
      return (
        <div className="field-pair">
          <TextBox
            path={`${path}.label`}
            label={words.label}
            maxLength={60}
            value={block.label}
            onChange={(label) => onChange({ ...block, label })}
          />
          <TextBox
            path={`${path}.link`}
            label={words.link}
            maxLength={1000}
            value={block.link}
            onChange={(link) => onChange({ ...block, link })}
          />
        </div>
      )
    case 'facts': {
      const put = (rows: typeof block.rows) => onChange({ ...block, rows })
      return (
        <div className="stack">
          {keyed(block.rows).map(({ item: row, i, key }) => (
            <div className="field-line" key={key}>
              <TextBox
                path={`${path}.rows.${i}.label`}
                label={words.label}
                maxLength={60}
                value={row.label}
                onChange={(label) => put(block.rows.map((one, n) => (n === i ? { ...one, label } : one)))}
              />
              <TextBox
                path={`${path}.rows.${i}.value`}
                label={words.value}
                maxLength={200}
                value={row.value}
                onChange={(value) => put(block.rows.map((one, n) => (n === i ? { ...one, value } : one)))}
              />
              <RemoveButton onClick={() => put(block.rows.filter((_, n) => n !== i))} />
            </div>
          ))}
          {!disabled && (
            <Button size="small" onClick={() => put([...block.rows, { label: '', value: '' }])}>
              {words.addRow}
            </Button>
          )}
        </div>
      )
    }
    default:
      return null
  }
}
