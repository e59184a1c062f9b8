import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Input, Modal, Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Notice } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { changeLevel, type EventGrade, type Level } from './grading-calls.ts'

const levels = ['minor', 'moderate', 'severe'] as const

/** Another level, with a reason. */
export const LevelDialog = ({ grade, onClose }: { grade: EventGrade; onClose: () => void }) => {
  const t = useText()
  const words = t.grading
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const others = levels.filter((level) => level !== grade.level)
  const [level, setLevel] = useState<Level>(others.at(-1) ?? 'severe')
  const [reason, setReason] = useState('')
  const raises = levels.indexOf(level) > levels.indexOf(grade.level)
  const save = useMutation({
    mutationFn: () => changeLevel(grade.eventId, level, reason.trim()),
    onSuccess: async ({ changed }) => {
      message.success(changed ? words.raised : words.askedLower)
      await client.invalidateQueries({ queryKey: ['opinion'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={words.changeLevel}
      onCancel={onClose}
      okText={raises ? words.raise : words.askLower}
      okButtonProps={{ disabled: reason.trim().length < 2, loading: save.isPending, danger: raises }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Notice tone="warn">{words.changeWarning}</Notice>
        <Field label={words.newLevel}>
          <Segmented
            aria-label={words.newLevel}
            value={level}
            onChange={setLevel}
            options={others.map((value) => ({ value, label: words.levels[value] }))}
          />
        </Field>
        <Field label={words.reason} hint={words.reasonHint}>
          <Input.TextArea
            autoFocus
            rows={3}
            maxLength={500}
            aria-label={words.reason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      </div>
    </Modal>
  )
}
