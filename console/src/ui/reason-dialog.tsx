import { Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { Notice } from './marks.tsx'
import { Field } from './page.tsx'

/** Asks why before something that is written into the audit trail. */
export const ReasonDialog = ({
  title,
  warning,
  label,
  placeholder,
  suggestions,
  confirm,
  danger,
  busy,
  onConfirm,
  onClose,
}: {
  title: string
  warning: string
  label: string
  placeholder: string
  suggestions?: readonly string[]
  confirm: string
  danger?: boolean
  busy: boolean
  onConfirm: (reason: string) => void
  onClose: () => void
}) => {
  const t = useText()
  const [reason, setReason] = useState('')
  const form = useId()
  const enough = reason.trim().length >= 2
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      okText={confirm}
      okButtonProps={{ htmlType: 'submit', form, disabled: !enough, danger: danger ?? false, loading: busy }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (enough) onConfirm(reason.trim())
        }}
      >
        <Notice tone="warn">{warning}</Notice>
        <Field label={label}>
          <Input.TextArea
            autoFocus
            rows={3}
            maxLength={300}
            showCount
            placeholder={placeholder}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        {suggestions && (
          <div className="row" role="group" aria-label={t.ui.suggestions}>
            {suggestions.map((suggestion) => (
              <Button key={suggestion} size="small" onClick={() => setReason(suggestion)}>
                {suggestion}
              </Button>
            ))}
          </div>
        )}
      </form>
    </Modal>
  )
}
