import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Radio } from 'antd'
import { useState } from 'react'
import { FindingText } from '../creatives/findings.tsx'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Badge, Notice } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { decide, giveOpinion, justify } from './review-calls.ts'
import { type FindingOfReview, type Review, type ReviewOpinion, reviewOpinions } from './review-shapes.ts'

/** Puts the new state of a review on the page, and lets lists ask anew. */
const useShow = () => {
  const client = useQueryClient()
  return async (review: Review) => {
    client.setQueryData(['reviews', 'one', review.id], review)
    await client.invalidateQueries({ queryKey: ['reviews', 'list'] })
    await client.invalidateQueries({ queryKey: ['creatives'] })
  }
}

/** Findings with their justifications, the opinion, and what the reader may decide. */
export const DecisionPanel = ({ review }: { review: Review }) => {
  const t = useText()
  const words = t.reviews
  const can = useCan()
  const [texts, setTexts] = useState<Readonly<Record<number, string>>>({})
  const flags = review.findings.filter(({ finding }) => finding.action === 'flag')
  const open = flags.filter(({ no, justification }) => justification === null && (texts[no] ?? '').trim().length < 2)
  return (
    <>
      <Panel title={words.findings} note={open.length > 0 ? words.unjustified(open.length) : undefined}>
        {review.findings.length === 0 && <p className="muted">{words.findingsNone}</p>}
        {review.findings.map((one) => (
          <Finding
            key={one.no}
            review={review}
            one={one}
            text={texts[one.no] ?? ''}
            onText={(text) => setTexts((before) => ({ ...before, [one.no]: text }))}
          />
        ))}
      </Panel>
      {review.state === 'review' &&
        (review.mayDecide === null ? (
          <Decide review={review} texts={texts} open={open.length} />
        ) : (
          can('reviews.decide') && <Notice>{words.obstacles[review.mayDecide]}</Notice>
        ))}
      {review.opinionRequired && <Opinion review={review} />}
    </>
  )
}

const Finding = ({
  review,
  one: { no, finding, justification, justifiedBy },
  text,
  onText,
}: {
  review: Review
  one: FindingOfReview
  text: string
  onText: (text: string) => void
}) => {
  const t = useText()
  const words = t.reviews
  const fail = useFailureToast()
  const show = useShow()
  // The field's name stands last in its path, unless that is its place in a list.
  const placeOf = (where: string) => {
    const last = where.split('.').findLast((part) => !/^\d+$/.test(part)) ?? ''
    return where === '' ? t.creatives.whole : (words.factTitles[last] ?? where)
  }
  const save = useMutation({
    mutationFn: () => justify(review.id, no, text.trim()),
    onSuccess: show,
    onError: fail,
  })
  return (
    <div className="finding-item">
      <FindingText finding={finding} where={placeOf(finding.where)} />
      {justification !== null && (
        <p className="justified">
          {justification}
          <span className="muted small"> — {words.justified(justifiedBy ?? '')}</span>
        </p>
      )}
      {justification === null && finding.action === 'flag' && review.mayDecide === null && (
        <div className="stack">
          <Input.TextArea
            rows={2}
            maxLength={1000}
            aria-label={`${words.justification} ${no}`}
            placeholder={words.justificationPlaceholder}
            value={text}
            onChange={({ target }) => onText(target.value)}
          />
          <Button size="small" disabled={text.trim().length < 2} loading={save.isPending} onClick={() => save.mutate()}>
            {words.saveJustification}
          </Button>
        </div>
      )}
    </div>
  )
}

const Decide = ({
  review,
  texts,
  open,
}: {
  review: Review
  texts: Readonly<Record<number, string>>
  /** Flags that nobody has justified yet. */
  open: number
}) => {
  const t = useText()
  const words = t.reviews
  const fail = useFailureToast()
  const show = useShow()
  const [note, setNote] = useState('')
  const run = useMutation({
    mutationFn: (decision: 'approve' | 'return' | 'refuse') =>
      decide(review.id, {
        decision,
        note: note.trim(),
        justifications: review.findings.flatMap(({ no, justification }) => {
          const text = (texts[no] ?? '').trim()
          return justification === null && text.length >= 2 ? [{ no, text }] : []
        }),
      }),
    onSuccess: show,
    onError: fail,
  })
  const reasoned = note.trim().length >= 2
  return (
    <Panel title={words.decide} note={review.opinionRequired ? words.opinionRequired : words.opinionNotRequired}>
      <div className="stack-16">
        <Field label={words.decisionNote} hint={words.decisionHint}>
          <Input.TextArea rows={3} maxLength={1000} value={note} onChange={({ target }) => setNote(target.value)} />
        </Field>
        <div className="row">
          <Button
            type="primary"
            disabled={open > 0}
            title={open > 0 ? words.unjustified(open) : undefined}
            loading={run.isPending}
            onClick={() => run.mutate('approve')}
          >
            {words.approve}
          </Button>
          <Button disabled={!reasoned} loading={run.isPending} onClick={() => run.mutate('return')}>
            {words.return}
          </Button>
          <Button danger disabled={!reasoned} loading={run.isPending} onClick={() => run.mutate('refuse')}>
            {words.refuse}
          </Button>
        </div>
      </div>
    </Panel>
  )
}

const Opinion = ({ review }: { review: Review }) => {
  const t = useText()
  const words = t.reviews
  const fail = useFailureToast()
  const show = useShow()
  const [opinion, setOpinion] = useState<ReviewOpinion>('agree')
  const [text, setText] = useState('')
  const run = useMutation({
    mutationFn: () => giveOpinion(review.id, { opinion, text: text.trim() }),
    onSuccess: show,
    onError: fail,
  })
  if (review.opinion !== null)
    return (
      <Panel title={words.opinion} extra={<Badge tone="good">{words.opinions[review.opinion]}</Badge>}>
        <p className="pre">{review.opinionText}</p>
        <p className="muted small">{review.opinionBy}</p>
      </Panel>
    )
  if (review.mayGiveOpinion !== null)
    return (
      <Panel title={words.opinion}>
        <p className="muted">{review.mayGiveOpinion === 'own' ? words.obstacles.own : words.opinionRequired}</p>
      </Panel>
    )
  return (
    <Panel title={words.opinion}>
      <div className="stack-16">
        <Radio.Group
          value={opinion}
          onChange={({ target }: { target: { value?: ReviewOpinion } }) => target.value && setOpinion(target.value)}
          options={reviewOpinions.map((value) => ({ value, label: words.opinions[value] }))}
        />
        <Field label={words.opinionText}>
          <Input.TextArea rows={3} maxLength={2000} value={text} onChange={({ target }) => setText(target.value)} />
        </Field>
        <Button
          type="primary"
          disabled={opinion !== 'agree' && text.trim().length < 2}
          loading={run.isPending}
          onClick={() => run.mutate()}
        >
          {words.giveOpinion}
        </Button>
      </div>
    </Panel>
  )
}
