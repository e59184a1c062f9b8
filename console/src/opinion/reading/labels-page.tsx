import './reading.css'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Segmented } from 'antd'
import { useState } from 'react'
import { type Head, heads } from '../../../../src/opinion/contract.ts'
import type { Answer, Correction } from '../../../../src/opinion/reading/label-contract.ts'
import {
  aspectNames,
  emotionNames,
  type Named,
  speakerNames,
  urgencyNames,
} from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Ago, Badge, Notice, Tabs } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { LabelCard } from './label-card.tsx'
import type { Question } from './questions.ts'
import { correct, getCorrections, getQueue, undo } from './reading-calls.ts'

/** What the model leaves to a person, and what persons said. */
export const LabelsPage = () => {
  const words = useText().opinionReading
  const can = useCan()
  const [view, setView] = useState<'queue' | 'done'>('queue')
  const mayLabel = can('opinion.label')
  return (
    <Page title={words.title} subtitle={words.subtitle}>
      <div className="stack-16">
        <Tabs
          label={words.title}
          value={mayLabel ? view : 'done'}
          onChange={setView}
          items={[
            ...(mayLabel ? [{ key: 'queue' as const, label: words.queue }] : []),
            { key: 'done', label: words.corrections },
          ]}
        />
        {!mayLabel && <Notice>{words.mayNot}</Notice>}
        {mayLabel && view === 'queue' ? <QueueView /> : <Reviewed mayLabel={mayLabel} />}
      </div>
    </Page>
  )
}

const QueueView = () => {
  const words = useText().opinionReading
  const format = useFormats()
  const { message } = App.useApp()
  const fail = useFailureToast()
  const client = useQueryClient()
  const [head, setHead] = useState<Head | 'all'>('all')
  const [passed, setPassed] = useState<ReadonlySet<string>>(new Set())
  const [last, setLast] = useState<{ id: number; key: string }[]>([])
  const queue = useQuery({
    queryKey: ['opinion', 'labels', head],
    queryFn: ({ signal }) => getQueue(head === 'all' ? undefined : head, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const keyOf = ({ post, head, subjectId }: Question) => `${post.id} ${head} ${subjectId ?? ''}`
  const questions = (queue.data?.items ?? [])
    .flatMap((post) =>
      post.unsure
        .filter((one) => !post.corrected.includes(one) && (head === 'all' || one === head))
        .flatMap((one): Question[] =>
          one === 'toward'
            ? post.mentions.map(({ subjectId }) => ({ post, head: one, subjectId }))
            : [{ post, head: one }],
        ),
    )
    .filter((question) => !passed.has(keyOf(question)))
  const [question] = questions
  const pass = (key: string) => setPassed((now) => new Set([...now, key]))
  const answering = useMutation({
    mutationFn: ({ of, answer }: { of: Question; answer: Answer }) => correct(of.post.id, { answer }),
    onSuccess: (made, { of }) => {
      const key = keyOf(of)
      setLast((now) => [...now, { id: made.id, key }])
      pass(key)
      message.success(words.saved(words.heads[of.head]), 1)
      void client.invalidateQueries({ queryKey: ['opinion', 'corrections'] })
    },
    onError: fail,
  })
  const undoing = useMutation({
    mutationFn: ({ id }: { id: number; key: string }) => undo(id),
    onSuccess: (_, { key }) => {
      setLast((now) => now.slice(0, -1))
      setPassed((now) => new Set([...now].filter((one) => one !== key)))
      message.info(words.undone, 1)
    },
    onError: fail,
  })
  const undoLast = () => {
    const one = last.at(-1)
    if (one) undoing.mutate(one)
  }
  const more = () => {
    setPassed(new Set())
    void queue.refetch()
  }
  return (
    <Loaded query={queue}>
      {({ waiting, total }) => (
        <div className="stack-16">
          <div className="label-heads">
            <Segmented<Head | 'all'>
              value={head}
              onChange={setHead}
              options={[
                { value: 'all', label: words.all },
                ...heads
                  .filter((one) => (waiting[one] ?? 0) > 0)
                  .map((one) => ({ value: one, label: `${words.heads[one]} ${format.count(waiting[one] ?? 0)}` })),
              ]}
            />
          </div>
          <p className="muted small label-keys">
            {words.left(format.count(total))}
            <span className="label-keys-hint"> · {words.keys}</span>
          </p>
          <Panel>
            {question ? (
              <LabelCard
                key={keyOf(question)}
                question={question}
                busy={answering.isPending || undoing.isPending}
                onAnswer={(answer) => answering.mutate({ of: question, answer })}
                onSkip={() => pass(keyOf(question))}
                onUndo={undoLast}
              />
            ) : (
              <Blank icon="done" title={words.empty} hint={words.emptyHint}>
                <Button onClick={more} loading={queue.isFetching}>
                  {words.again}
                </Button>
              </Blank>
            )}
          </Panel>
        </div>
      )}
    </Loaded>
  )
}

/** What an answer says, in words. */
const useAnswerText = (): ((head: Head, answer: unknown) => string) => {
  const words = useText().opinionReading
  const { language } = usePreferences()
  const at = language === 'zh' ? 0 : 1
  const tables: Partial<Record<Head, Named<string>>> = {
    aspects: aspectNames,
    urgency: urgencyNames,
    speaker: speakerNames,
    emotion: emotionNames,
  }
  return (head, answer) => {
    const one = (value: unknown): string => {
      if (head === 'sentiment' || head === 'toward') return words.signs[String(value) as '-1' | '0' | '1'] ?? ''
      if (head === 'rumour' || head === 'spam')
        return (typeof value === 'number' ? value >= 0.5 : value === true) ? words.yes : words.no
      return typeof value === 'string' ? (tables[head]?.[value]?.[at] ?? value) : ''
    }
    return Array.isArray(answer) ? answer.map(one).join('、') || words.none : one(answer)
  }
}

const Reviewed = ({ mayLabel }: { mayLabel: boolean }) => {
  const words = useText().opinionReading
  const text = useAnswerText()
  const fail = useFailureToast()
  const client = useQueryClient()
  const corrections = useInfiniteQuery({
    queryKey: ['opinion', 'corrections'],
    queryFn: ({ pageParam, signal }) => getCorrections(pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const undoing = useMutation({
    mutationFn: undo,
    onSuccess: () => client.invalidateQueries({ queryKey: ['opinion'] }),
    onError: fail,
  })
  return (
    <Panel flush>
      <Loaded query={corrections}>
        {({ pages }) => (
          <Table<Correction>
            label={words.corrections}
            rows={pages.flatMap(({ items }) => items)}
            rowKey={({ id }) => id}
            more={corrections}
            blank={<Blank icon="edit" title={words.noCorrections} />}
            columns={[
              { key: 'head', title: words.head, card: 'lead', fit: true, cell: ({ head }) => words.heads[head] },
              { key: 'given', title: words.given, cell: ({ head, given }) => text(head, given) },
              {
                key: 'right',
                title: words.right,
                cell: ({ head, right, confirmed }) => (
                  <span className="row">
                    {text(head, right)}
                    <Badge tone={confirmed ? 'good' : 'warn'}>{confirmed ? words.agreed : words.changed}</Badge>
                  </span>
                ),
              },
              {
                key: 'by',
                title: words.by,
                cell: ({ by, at }) => (
                  <span>
                    {by} <Ago at={at} />
                  </span>
                ),
              },
              {
                key: 'undo',
                title: '',
                fit: true,
                card: 'bare',
                cell: ({ id, undone }) =>
                  undone ? (
                    <span className="muted">{words.takenBack}</span>
                  ) : mayLabel ? (
                    <Button
                      size="small"
                      onClick={() => undoing.mutate(id)}
                      loading={undoing.variables === id && undoing.isPending}
                    >
                      {words.takeBack}
                    </Button>
                  ) : null,
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
