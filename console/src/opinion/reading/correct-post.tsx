import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal, Select } from 'antd'
import { type ReactNode, useState } from 'react'
import { type Head, heads } from '../../../../src/opinion/contract.ts'
import type { PostRow } from '../../../../src/opinion/posts/post-contract.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Field } from '../../ui/page.tsx'
import { useSubjects } from '../posts/use-names.ts'
import { answerOf, type Question, useChoices } from './questions.ts'
import { correct } from './reading-calls.ts'

/** On a post: puts right, or confirms, anything that was read in it. */
export const CorrectPost = ({ detail: { post } }: { detail: { post: PostRow } }) => {
  const words = useText().opinionReading
  const can = useCan()
  const [open, setOpen] = useState(false)
  if (!can('opinion.label')) return null
  return (
    <>
      <Button size="small" icon={<Icon name="edit" size={14} />} onClick={() => setOpen(true)}>
        {words.correct}
      </Button>
      {open && <CorrectDialog post={post} onClose={() => setOpen(false)} />}
    </>
  )
}

const CorrectDialog = ({ post, onClose }: { post: PostRow; onClose: () => void }) => {
  const words = useText().opinionReading
  const subjects = useSubjects()
  const questions = heads.flatMap((head): { key: string; name: string; question: Question }[] =>
    head === 'toward'
      ? post.mentions.map(({ subjectId }) => ({
          key: `${head} ${subjectId}`,
          name: words.towardOf(subjects.get(subjectId)?.name ?? String(subjectId)),
          question: { post, head, subjectId },
        }))
      : [{ key: head, name: words.heads[head], question: { post, head } }],
  )
  const [key, setKey] = useState<string>(questions[0]?.key ?? ('sentiment' satisfies Head))
  const chosen = questions.find((one) => one.key === key)
  if (!chosen) return null
  return (
    <CorrectForm
      key={key}
      question={chosen.question}
      ask={
        <Field label={words.head}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.head}
            value={key}
            onChange={setKey}
            options={questions.map(({ key, name }) => ({ value: key, label: name }))}
          />
        </Field>
      }
      onClose={onClose}
    />
  )
}

const CorrectForm = ({
  question,
  ask,
  onClose,
}: {
  question: Question
  /** Chooses what is put right. */
  ask: ReactNode
  onClose: () => void
}) => {
  const words = useText().opinionReading
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const { post, head } = question
  const { choices, told, several } = useChoices(question)
  const [right, setRight] = useState<readonly string[]>(told)
  const [why, setWhy] = useState('')
  const save = useMutation({
    mutationFn: () => correct(post.id, { drill: post.drillId, answer: answerOf(question, right), why: why.trim() }),
    onSuccess: async () => {
      message.success(words.saved(words.heads[head]))
      await client.invalidateQueries({ queryKey: ['opinion'] })
      onClose()
    },
    onError: fail,
  })
  const nameOf = (one: string) => choices.find((choice) => choice.key === one)?.name ?? one
  const options = choices.map((choice) => ({ value: choice.key, label: choice.name }))
  return (
    <Modal
      open
      title={words.correctTitle}
      onCancel={onClose}
      okText={words.save}
      okButtonProps={{ loading: save.isPending, disabled: !several && right.length === 0 }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        {ask}
        <p className="muted small">
          {words.machine}: {told.map(nameOf).join('、') || words.none}
        </p>
        <Field label={words.correctAs}>
          {several ? (
            <Select
              style={{ width: '100%' }}
              mode="multiple"
              aria-label={words.correctAs}
              placeholder={words.none}
              value={[...right]}
              onChange={(value: string[]) => setRight(value)}
              options={options}
            />
          ) : (
            <Select
              style={{ width: '100%' }}
              aria-label={words.correctAs}
              value={right[0] ?? null}
              onChange={(value) => setRight(value === null ? [] : [value])}
              options={options}
            />
          )}
        </Field>
        <Field label={words.why}>
          <Input maxLength={500} aria-label={words.why} value={why} onChange={(event) => setWhy(event.target.value)} />
        </Field>
      </div>
    </Modal>
  )
}
