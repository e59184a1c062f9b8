import '../creatives/creatives.css'
import './reviews.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { fileUrl } from '../api.ts'
import { ReviewStateBadge } from '../creatives/creative-marks.tsx'
import { Differences } from '../creatives/versions-view.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, CopyButton, Notice } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Loaded } from '../ui/states.tsx'
import { DecisionPanel } from './decision-panel.tsx'
import { HistoryPanel } from './history-panel.tsx'
import { MaterialView, withoutPreviews } from './material-view.tsx'
import { getReview, revoke, withdraw } from './review-calls.ts'
import type { Review } from './review-shapes.ts'

export const ReviewPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/reviews/$id' })
  const review = useQuery({
    queryKey: ['reviews', 'one', Number(id)],
    queryFn: ({ signal }) => getReview(Number(id), signal),
  })
  if (!review.data)
    return (
      <Page title={t.reviews.title} back={{ to: '/reviews', label: t.reviews.title }}>
        <Panel>
          <Loaded query={review} lines={8}>
            {() => null}
          </Loaded>
        </Panel>
      </Page>
    )
  return <Shown key={id} review={review.data} />
}

const Shown = ({ review }: { review: Review }) => {
  const t = useText()
  const words = t.reviews
  const open = review.state === 'review' || review.state === 'opinion'
  return (
    <Page
      title={review.title}
      subtitle={
        <span className="row">
          <span>{words.kinds[review.subjectKind] ?? review.subjectKind}</span>
          <ReviewStateBadge state={review.state} />
          {review.late && <Badge tone="bad">{words.late}</Badge>}
          <span>
            {review.submittedBy} <Ago at={review.submittedAt} />
          </span>
        </span>
      }
      back={{ to: '/reviews', label: words.title }}
      actions={<Actions review={review} />}
    >
      {review.reason && !open && (
        <Notice tone={review.state === 'approved' ? 'good' : 'warn'}>
          {review.reason === 'changed' ? words.changedReason : review.reason}
        </Notice>
      )}
      <div className="creative-grid">
        <div className="stack-16">
          <MaterialView review={review} />
          <Panel title={words.changes}>
            {review.before ? (
              <Differences before={withoutPreviews(review.before.material)} after={withoutPreviews(review.material)} />
            ) : (
              <p className="muted">{words.firstTime}</p>
            )}
          </Panel>
        </div>
        <div className="creative-side stack-16">
          <DecisionPanel review={review} />
          <HistoryPanel review={review} />
          <ArchivePanel review={review} />
        </div>
      </div>
    </Page>
  )
}

const Actions = ({ review }: { review: Review }) => {
  const t = useText()
  const words = t.reviews
  const client = useQueryClient()
  const fail = useFailureToast()
  const [asking, setAsking] = useState<'withdraw' | 'revoke'>()
  const run = useMutation({
    mutationFn: (text: string) => (asking === 'revoke' ? revoke : withdraw)(review.id, text),
    onSuccess: async () => {
      setAsking(undefined)
      await client.invalidateQueries({ queryKey: ['reviews'] })
    },
    onError: fail,
  })
  const navigate = useNavigate()
  const params = { id: review.subjectId }
  const open: Readonly<Record<string, () => Promise<void>>> = {
    creative: () => navigate({ to: '/creatives/$id', params }),
    campaign: () => navigate({ to: '/campaigns/$id', params }),
    statement: () => navigate({ to: '/opinion/statements/$id', params }),
  }
  const openSubject = open[review.subjectKind]
  return (
    <>
      {openSubject && <Button onClick={openSubject}>{words.openSubject}</Button>}
      {review.mayWithdraw && <Button onClick={() => setAsking('withdraw')}>{words.withdraw}</Button>}
      {review.mayRevoke && (
        <Button danger onClick={() => setAsking('revoke')}>
          {words.revoke}
        </Button>
      )}
      {asking && (
        <ReasonDialog
          title={words[asking]}
          warning={asking === 'revoke' ? words.revokeWarning : words.withdrawWarning}
          label={t.ui.reason}
          placeholder={t.ui.reason}
          confirm={words[asking]}
          danger={asking === 'revoke'}
          busy={run.isPending}
          onConfirm={(text) => run.mutate(text)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  )
}

const ArchivePanel = ({ review }: { review: Review }) => {
  const t = useText()
  const words = t.reviews
  const format = useFormats()
  return (
    <Panel title={words.archive}>
      <div className="stack small">
        <p>
          <span className="muted">{words.contentHash}</span> <code className="hash">{review.contentHash}</code>
          <CopyButton text={review.contentHash} label={words.contentHash} />
        </p>
        <p>
          <span className="muted">{words.materialHash}</span> <code className="hash">{review.materialHash}</code>
        </p>
        {review.rules && (
          <p>
            <span className="muted">{words.rules}</span> {review.rules}
          </p>
        )}
        <p>
          <span className="muted">{words.keptUntil}</span> {format.date(review.keptUntil)}
        </p>
        <Button size="small" icon={<Icon name="download" size={16} />} href={fileUrl(`/reviews/${review.id}/archive`)}>
          {words.download}
        </Button>
      </div>
    </Panel>
  )
}
