import { Button, Input, InputNumber, Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { NoticeContent } from './consent-shapes.ts'

type Recipient = NoticeContent['recipients'][number]

/** All that a notice has to tell. What is missing for publication is marked, and may be left open in a draft. */
export const NoticeForm = ({
  content,
  onChange,
}: {
  content: NoticeContent
  onChange: (content: NoticeContent) => void
}) => {
  const t = useText()
  const set = <Name extends keyof NoticeContent>(name: Name, value: NoticeContent[Name]) =>
    onChange({ ...content, [name]: value })
  const line = (name: 'processor' | 'contact' | 'retention' | 'ask', hint?: string) => (
    <Field label={t.consents.fields[name]} hint={hint}>
      <Input value={content[name]} maxLength={300} onChange={(event) => set(name, event.target.value)} />
    </Field>
  )
  const text = (name: 'purpose' | 'manner' | 'rights' | 'necessity', hint?: string) => (
    <Field label={t.consents.fields[name]} hint={hint}>
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={4_000}
        value={content[name]}
        onChange={(event) => set(name, event.target.value)}
      />
    </Field>
  )
  const words = (name: 'kinds' | 'sensitiveKinds') => (
    <Field label={t.consents.fields[name]} hint={t.consents.fieldHints.kinds}>
      <Select
        style={{ width: '100%' }}
        mode="tags"
        open={false}
        suffixIcon={null}
        aria-label={t.consents.fields[name]}
        tokenSeparators={['、', '，', ',', ';', '；']}
        value={content[name]}
        onChange={(values: string[]) => set(name, values)}
      />
    </Field>
  )
  const changeRecipient = (at: number, change: Partial<Recipient>) =>
    set(
      'recipients',
      content.recipients.map((one, index) => (index === at ? { ...one, ...change } : one)),
    )
  return (
    <div className="stack-16">
      {line('processor')}
      {line('contact')}
      {text('purpose')}
      {text('manner')}
      {words('kinds')}
      {words('sensitiveKinds')}
      {text('necessity', t.consents.fieldHints.necessity)}
      {line('retention')}
      {text('rights')}
      <div className="field">
        <span className="field-label">{t.consents.fields.recipients}</span>
        <div className="stack">
          {content.recipients.map((recipient, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: recipients have no other name while they are written
            <div key={at} className="recipient-box">
              {(['name', 'contact', 'purpose', 'manner'] as const).map((name) => (
                <Input
                  key={name}
                  aria-label={`${t.consents.recipient} ${at + 1}: ${t.consents.recipientFields[name]}`}
                  placeholder={t.consents.recipientFields[name]}
                  value={recipient[name]}
                  onChange={(event) => changeRecipient(at, { [name]: event.target.value })}
                />
              ))}
              <Select
                style={{ width: '100%' }}
                mode="tags"
                open={false}
                suffixIcon={null}
                aria-label={`${t.consents.recipient} ${at + 1}: ${t.consents.recipientFields.kinds}`}
                placeholder={t.consents.recipientFields.kinds}
                value={recipient.kinds}
                onChange={(kinds: string[]) => changeRecipient(at, { kinds })}
              />
              <Button
                size="small"
                icon={<Icon name="trash" size={14} />}
                onClick={() =>
                  set(
                    'recipients',
                    content.recipients.filter((_, index) => index !== at),
                  )
                }
              >
                {t.consents.removeRecipient}
              </Button>
            </div>
          ))}
          <div>
            <Button
              size="small"
              icon={<Icon name="plus" size={14} />}
              onClick={() =>
                set('recipients', [
                  ...content.recipients,
                  { name: '', contact: '', purpose: '', manner: '', kinds: [] },
                ])
              }
            >
              {t.consents.addRecipient}
            </Button>
          </div>
        </div>
      </div>
      {line('ask', t.consents.fieldHints.ask)}
      <Field label={t.consents.fields.validDays} hint={t.consents.fieldHints.validDays}>
        <InputNumber
          min={1}
          max={3_650}
          precision={0}
          value={content.validDays}
          onChange={(value) => set('validDays', value)}
        />
      </Field>
    </div>
  )
}
