import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Modal } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { saveCsv } from './save-csv.ts'
import { exportTasks, type TaskFilter } from './task-calls.ts'

/** Waiting tasks as a file for a call centre. */
export const ExportDialog = ({
  filter: { channel, team, campaignId },
  onClose,
}: {
  filter: Pick<TaskFilter, 'channel' | 'team' | 'campaignId'>
  onClose: () => void
}) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const words = t.tasks
  const works = can('tasks.work')
  const [unmasked, setUnmasked] = useState(false)
  const [take, setTake] = useState(works)
  const [purpose, setPurpose] = useState('')
  const start = useMutation({
    mutationFn: () =>
      exportTasks({
        ...(channel && { channel }),
        ...(team && { team }),
        ...(campaignId !== undefined && { campaignId }),
        unmasked,
        take,
        ...(unmasked && { purpose: purpose.trim() }),
      }),
    onSuccess: ({ csv, tasks }) => {
      if (tasks > 0) saveCsv(`tasks-${new Date().toISOString().slice(0, 10)}.csv`, csv)
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['tasks'] }),
  })
  return (
    <Modal
      open
      title={words.exportTitle}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.ui.close}</Button>
          <Button
            type="primary"
            loading={start.isPending}
            disabled={unmasked && purpose.trim().length < 2}
            onClick={() => start.mutate()}
          >
            {words.exportStart}
          </Button>
        </>
      }
    >
      <div className="stack-16">
        <p className="muted">{words.exportHint}</p>
        {works && (
          <Checkbox checked={take} onChange={(event) => setTake(event.target.checked)}>
            {words.exportTake}
          </Checkbox>
        )}
        {works && can('customers.unmask') && (
          <Checkbox checked={unmasked} onChange={(event) => setUnmasked(event.target.checked)}>
            {words.exportClear}
          </Checkbox>
        )}
        {unmasked && (
          <>
            <Notice tone="warn">{words.purposeWarning}</Notice>
            <Field label={words.purpose}>
              <Input
                value={purpose}
                maxLength={300}
                placeholder={words.purposeHint}
                onChange={(event) => setPurpose(event.target.value)}
              />
            </Field>
          </>
        )}
        {start.isError && <Notice tone="bad">{problemText(t, start.error)}</Notice>}
        {start.data && (
          <Notice tone="good">
            {words.exported(format.count(start.data.tasks))}
            {start.data.refused > 0 && <p>{words.exportedRefused(format.count(start.data.refused))}</p>}
            {start.data.more && <p>{words.exportedMore}</p>}
          </Notice>
        )}
      </div>
    </Modal>
  )
}
