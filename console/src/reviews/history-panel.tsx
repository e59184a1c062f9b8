import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { keyed } from '../ui/keyed.ts'
import { Ago } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { comment } from './review-calls.ts'
import type { Review } from './review-shapes.ts'

/** Who did what when, and questions beside it. */
export const HistoryPanel = ({ review }: { review: Review }) => {
  const t = useText()
  const words = t.reviews
  const client = useQueryClient()
  const fail = useFailureToast()
  const [text, setText] = useState('')
  const ofCampaigns: Readonly<Record<string, ((values: Record<string, string | number>) => string) | undefined>> =
    t.campaigns.faults
  const sayRule = (rule: string): string => {
    const finding = review.findings.find((one) => one.finding.rule === rule)?.finding
    return t.creatives.reasons[finding?.reason ?? ''] ?? ofCampaigns[rule]?.({ ...finding?.values }) ?? rule
  }
  // What the program wrote: that a change voided the review, or the rule that was justified before the words of whom.
  const said = (note: string) =>
    note === 'changed' ? words.changedReason : note.replace(/^[\w.]+(?=: )/, (rule) => sayRule(rule))
  const send = useMutation({
    mutationFn: () => comment(review.id, text.trim()),
    onSuccess: (next) => {
      setText('')
      client.setQueryData(['reviews', 'one', review.id], next)
    },
    onError: fail,
  })
  return (
    <Panel title={words.history}>
      <ol className="review-steps">
        {keyed(review.steps).map(({ item: { at, by, what, note }, key }) => (
          <li key={key}>
            <div>
              <span className="strong">{by}</span> {words.steps[what]}{' '}
              <span className="muted small">
                <Ago at={at} />
              </span>
            </div>
            {note && <p className="pre small">{said(note)}</p>}
          </li>
        ))}
      </ol>
      <div className="stack">
        <Input.TextArea
          rows={2}
          maxLength={1000}
          aria-label={words.comment}
          placeholder={words.commentPlaceholder}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <Button size="small" disabled={text.trim().length < 2} loading={send.isPending} onClick={() => send.mutate()}>
          {words.send}
        </Button>
      </div>
    </Panel>
  )
}
