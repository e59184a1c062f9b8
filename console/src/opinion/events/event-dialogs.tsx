import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import type { OpinionEvent } from '../../../../src/opinion/events/events-contract.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Notice } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { closeEvent, findEvents, mergeEvent, renameEvent, reopenEvent, splitEvent, undoChange } from './event-calls.ts'

/** What a person is about to change of an event. */
export type EventAction =
  | { kind: 'merge' | 'rename' | 'close' | 'reopen' }
  | { kind: 'split'; posts: readonly string[] }
  | { kind: 'undo'; changeId: number }

export const EventDialog = ({
  event,
  action,
  onClose,
}: {
  event: OpinionEvent
  action: EventAction
  onClose: () => void
}) => {
  const t = useText()
  const words = t.events
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const said = {
    merge: words.merged,
    split: words.splitDone,
    undo: words.undone,
    rename: words.done,
    close: words.done,
    reopen: words.done,
  }
  const change = useMutation({
    mutationFn: (run: () => Promise<{ id: number }>) => run(),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['opinion', 'events'] })
      message.success(said[action.kind])
      onClose()
      if (action.kind === 'merge' || action.kind === 'split')
        await navigate({ to: '/opinion/events/$id', params: { id: String(id) } })
    },
    onError: fail,
  })
  const busy = change.isPending
  if (action.kind === 'merge')
    return (
      <MergeDialog
        event={event}
        busy={busy}
        onClose={onClose}
        onConfirm={(into, reason) => change.mutate(() => mergeEvent(event.id, into, reason))}
      />
    )
  if (action.kind === 'split')
    return (
      <SplitDialog
        count={action.posts.length}
        busy={busy}
        onClose={onClose}
        onConfirm={(title, reason) => change.mutate(() => splitEvent(event.id, action.posts, title, reason))}
      />
    )
  if (action.kind === 'rename')
    return (
      <RenameDialog
        title={event.title}
        busy={busy}
        onClose={onClose}
        onConfirm={(title) => change.mutate(() => renameEvent(event.id, title))}
      />
    )
  const { title, warning, confirm, run } = {
    close: {
      title: words.closeTitle,
      warning: words.closeHint,
      confirm: words.close,
      run: (reason: string) => closeEvent(event.id, reason),
    },
    reopen: {
      title: words.reopenTitle,
      warning: words.reopenHint,
      confirm: words.reopen,
      run: (reason: string) => reopenEvent(event.id, reason),
    },
    undo: {
      title: words.undoTitle,
      warning: words.undoHint,
      confirm: words.undo,
      run: (reason: string) => undoChange(action.kind === 'undo' ? action.changeId : 0, reason),
    },
  }[action.kind]
  return (
    <ReasonDialog
      title={title}
      warning={warning}
      label={words.reason}
      placeholder={words.reasonHint}
      confirm={confirm}
      busy={busy}
      onConfirm={(reason) => change.mutate(() => run(reason))}
      onClose={onClose}
    />
  )
}

interface DialogProps {
  busy: boolean
  onClose: () => void
}

const MergeDialog = ({
  event,
  busy,
  onClose,
  onConfirm,
}: DialogProps & { event: OpinionEvent; onConfirm: (into: number, reason: string) => void }) => {
  const t = useText()
  const words = t.events
  const [search, setSearch] = useState('')
  const [into, setInto] = useState<number>()
  const [reason, setReason] = useState('')
  const found = useQuery({
    queryKey: ['opinion', 'events', 'find', search, event.drillId],
    queryFn: ({ signal }) => findEvents(search, event.drillId, signal),
    placeholderData: keepPreviousData,
  })
  const ready = into !== undefined && reason.trim().length >= 2
  return (
    <Modal
      open
      title={words.mergeTitle}
      okText={words.merge}
      okButtonProps={{ disabled: !ready, loading: busy }}
      onOk={() => into !== undefined && onConfirm(into, reason.trim())}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Notice tone="warn">{words.mergeHint}</Notice>
        <Field label={words.mergeInto}>
          <Select
            showSearch={{ filterOption: false, onSearch: setSearch }}
            autoFocus
            placeholder={words.mergePick}
            loading={found.isFetching}
            style={{ width: '100%' }}
            {...(into !== undefined && { value: into })}
            onChange={(value: number) => setInto(value)}
            options={(found.data?.items ?? [])
              .filter(({ id }) => id !== event.id)
              .map(({ id, title, posts }) => ({ value: id, label: `${title} · ${posts} ${words.posts}` }))}
          />
        </Field>
        <ReasonField value={reason} onChange={setReason} />
      </div>
    </Modal>
  )
}

const SplitDialog = ({
  count,
  busy,
  onClose,
  onConfirm,
}: DialogProps & { count: number; onConfirm: (title: string, reason: string) => void }) => {
  const t = useText()
  const words = t.events
  const [title, setTitle] = useState('')
  const [reason, setReason] = useState('')
  return (
    <Modal
      open
      title={words.splitTitle}
      okText={words.split}
      okButtonProps={{ disabled: reason.trim().length < 2, loading: busy }}
      onOk={() => onConfirm(title.trim(), reason.trim())}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Notice tone="warn">
          {words.chosen(String(count))}。{words.splitHint}
        </Notice>
        <Field label={words.splitName}>
          <Input autoFocus maxLength={120} value={title} onChange={({ target }) => setTitle(target.value)} />
        </Field>
        <ReasonField value={reason} onChange={setReason} />
      </div>
    </Modal>
  )
}

const RenameDialog = ({
  title,
  busy,
  onClose,
  onConfirm,
}: DialogProps & { title: string; onConfirm: (title: string) => void }) => {
  const t = useText()
  const words = t.events
  const [next, setNext] = useState(title)
  const ready = next.trim().length >= 2 && next.trim() !== title
  return (
    <Modal
      open
      title={words.renameTitle}
      okText={t.ui.save}
      okButtonProps={{ disabled: !ready, loading: busy }}
      onOk={() => onConfirm(next.trim())}
      onCancel={onClose}
    >
      <Field label={words.newTitle}>
        <Input
          autoFocus
          maxLength={120}
          value={next}
          onChange={({ target }) => setNext(target.value)}
          onPressEnter={() => ready && onConfirm(next.trim())}
        />
      </Field>
    </Modal>
  )
}

const ReasonField = ({ value, onChange }: { value: string; onChange: (value: string) => void }) => {
  const t = useText()
  return (
    <Field label={t.events.reason} hint={t.events.reasonHint}>
      <Input.TextArea rows={2} maxLength={500} value={value} onChange={({ target }) => onChange(target.value)} />
    </Field>
  )
}
