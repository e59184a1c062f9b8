import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import type { Answer } from '../../../../src/opinion/reading/label-contract.ts'
import { useText } from '../../i18n/text.ts'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Highlighted } from '../posts/highlighted.tsx'
import { AuthorMark, PlatformName } from '../posts/post-marks.tsx'
import { useSubjects } from '../posts/use-names.ts'
import { answerOf, type Question, useChoices } from './questions.ts'
import { explain } from './reading-calls.ts'

const keyNames = '1234567890-='

/** A post, the words that decided, and the answers, each a key away. */
export const LabelCard = ({
  question,
  busy,
  onAnswer,
  onSkip,
  onUndo,
}: {
  question: Question
  busy: boolean
  onAnswer: (answer: Answer) => void
  onSkip: () => void
  onUndo: () => void
}) => {
  const words = useText().opinionReading
  const subjects = useSubjects()
  const { post, head, subjectId } = question
  const { choices, told, several } = useChoices(question)
  const [chosen, setChosen] = useState<readonly string[]>(told)
  const explanation = useQuery({
    queryKey: ['opinion', 'explanation', post.id],
    queryFn: ({ signal }) => explain(post.id, signal),
    staleTime: 60_000,
  })
  const spans = (explanation.data?.items ?? [])
    .filter((item) => item.head === head)
    .flatMap((item) => item.spans)
    .map((span) => ({ ...span, subjectId: 0 }))
  const choose = (key: string) => {
    if (!several) onAnswer(answerOf(question, [key]))
    else setChosen((now) => (now.includes(key) ? now.filter((one) => one !== key) : [...now, key]))
  }
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event
      const typing = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
      if (busy || typing || event.ctrlKey || event.metaKey || event.altKey) return
      const choice = choices[keyNames.indexOf(event.key)]
      if (event.key.length === 1 && choice) choose(choice.key)
      else if (event.key === 'Enter' && !(target instanceof HTMLButtonElement)) onAnswer(answerOf(question, chosen))
      else if (event.key === 's' || event.key === 'S') onSkip()
      else if (event.key === 'u' || event.key === 'U') onUndo()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  })
  const name = subjects.get(subjectId ?? 0)?.name ?? ''
  return (
    <article className="label-card">
      <header className="post-head">
        <span className="post-platform">
          <PlatformName platform={post.platform} />
        </span>
        <AuthorMark is={post.author.class} />
        {post.mentions.map((mention) => (
          <Badge key={mention.subjectId}>{subjects.get(mention.subjectId)?.name ?? mention.subjectId}</Badge>
        ))}
        <span className="post-time">
          <Ago at={post.publishedAt} />
        </span>
      </header>
      {post.title && (
        <h3>
          <Highlighted text={post.title} spans={spans} field="title" />
        </h3>
      )}
      <p className="label-text">
        <Highlighted text={post.text} spans={spans} field="text" />
      </p>
      {spans.length > 0 && <p className="muted small">{words.because}</p>}
      <h2 className="label-ask">{head === 'toward' ? words.ask.toward(name) : words.ask[head]}</h2>
      <p className="muted small">
        {words.machine}:{' '}
        {told.map((key) => choices.find((choice) => choice.key === key)?.name ?? key).join('、') || words.none}
      </p>
      <div className="label-choices" role="group" aria-label={words.heads[head]}>
        {choices.map(({ key, name }, index) => (
          <Button
            key={key}
            disabled={busy}
            type={several && chosen.includes(key) ? 'primary' : 'default'}
            aria-pressed={several ? chosen.includes(key) : undefined}
            onClick={() => choose(key)}
          >
            <kbd>{keyNames[index]}</kbd> {name}
          </Button>
        ))}
      </div>
      <footer className="row">
        <Button type="primary" loading={busy} onClick={() => onAnswer(answerOf(question, chosen))}>
          {words.save} <kbd>↵</kbd>
        </Button>
        <Button onClick={onSkip} disabled={busy}>
          {words.skip} <kbd>S</kbd>
        </Button>
        <Button onClick={onUndo} disabled={busy}>
          {words.undo} <kbd>U</kbd>
        </Button>
      </footer>
    </article>
  )
}
