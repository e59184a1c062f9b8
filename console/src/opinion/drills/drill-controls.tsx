import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useConfirm } from '../../ui/confirm.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Notice } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { type DrillDetail, type Move, moveDrill } from './drill-calls.ts'

/** What can be done with a drill in its state. Starting, ending and cancelling are asked for twice. */
export const DrillControls = ({ drill: { id, state } }: { drill: DrillDetail }) => {
  const t = useText()
  const words = t.drills
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [asking, setAsking] = useState<'end' | 'cancel'>()
  const move = useMutation({
    mutationFn: ({ move, note = '' }: { move: Move; note?: string }) => moveDrill(id, move, note),
    onSuccess: (drill) => {
      setAsking(undefined)
      client.setQueryData(['opinion', 'drills', id], drill)
    },
    onError: fail,
    onSettled: () => client.invalidateQueries({ queryKey: ['opinion', 'drills'] }),
  })
  const over = state === 'ended' || state === 'cancelled'
  if (over) return null
  return (
    <>
      {state === 'planned' && (
        <Button
          type="primary"
          icon={<Icon name="play" size={16} />}
          loading={move.isPending}
          onClick={() =>
            confirm({
              title: words.startTitle,
              content: words.startWarning,
              okText: words.moves.start,
              run: () => move.mutateAsync({ move: 'start' }),
            })
          }
        >
          {words.moves.start}
        </Button>
      )}
      {state === 'running' && (
        <Button loading={move.isPending} onClick={() => move.mutate({ move: 'pause' })}>
          {words.moves.pause}
        </Button>
      )}
      {state === 'paused' && (
        <Button
          type="primary"
          icon={<Icon name="play" size={16} />}
          loading={move.isPending}
          onClick={() => move.mutate({ move: 'resume' })}
        >
          {words.moves.resume}
        </Button>
      )}
      {state !== 'planned' && (
        <Button
          type={state === 'running' ? 'primary' : 'default'}
          icon={<Icon name="stop" size={16} />}
          onClick={() => setAsking('end')}
        >
          {words.moves.end}
        </Button>
      )}
      <Button danger onClick={() => setAsking('cancel')}>
        {words.moves.cancel}
      </Button>
      {asking && (
        <OverDialog
          move={asking}
          busy={move.isPending}
          onConfirm={(note) => move.mutate({ move: asking, note })}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  )
}

const OverDialog = ({
  move,
  busy,
  onConfirm,
  onClose,
}: {
  move: 'end' | 'cancel'
  busy: boolean
  onConfirm: (note: string) => void
  onClose: () => void
}) => {
  const t = useText()
  const words = t.drills
  const [note, setNote] = useState('')
  return (
    <Modal
      open
      title={move === 'end' ? words.endTitle : words.cancelTitle}
      okText={words.moves[move]}
      cancelText={t.ui.back}
      okButtonProps={{ danger: move === 'cancel', loading: busy }}
      onOk={() => onConfirm(note.trim())}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Notice tone="warn">{move === 'end' ? words.endWarning : words.cancelWarning}</Notice>
        <Field label={words.note}>
          <Input.TextArea
            rows={4}
            maxLength={2000}
            placeholder={words.notePlaceholder}
            value={note}
            onChange={({ target }) => setNote(target.value)}
          />
        </Field>
      </div>
    </Modal>
  )
}
