import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { ApiProblem } from '../api.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { checkCampaign, publishCampaign, submitCampaign } from './campaign-calls.ts'
import { ReviewBadge } from './campaign-marks.tsx'
import type { Campaign, PlanFinding } from './campaign-shapes.ts'
import { DryRunFacts } from './dry-run-panel.tsx'
import { IssueList } from './issue-list.tsx'
import { findingText, type Issue, tabOf } from './issues.ts'
import { type StepReader, triggerText } from './step-reading.ts'
import type { DraftTools } from './use-campaign-draft.ts'

/** What the checks say, the review of exactly this draft, and publishing it. */
export const ReviewTab = ({
  campaign,
  tools,
  reader,
  issues,
  onJump,
}: {
  campaign: Campaign
  tools: DraftTools
  reader: StepReader
  issues: readonly Issue[]
  onJump: (issue: Issue) => void
}) => {
  const t = useText()
  const words = t.campaigns
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [publishing, setPublishing] = useState(false)
  const [note, setNote] = useState('')
  const saved = tools.state === 'saved'
  const check = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'check', campaign.draftVersion],
    queryFn: ({ signal }) => checkCampaign(campaign.id, signal),
    enabled: saved && tools.open.length === 0,
    retry: false,
  })
  const refresh = () => client.invalidateQueries({ queryKey: ['campaigns'] })
  const submit = useMutation({
    mutationFn: async () => {
      await tools.flush()
      return submitCampaign(campaign.id, note.trim())
    },
    onSuccess: refresh,
    onError: (error) => {
      fail(error)
      if (error instanceof ApiProblem && error.code === 'campaigns.blocked') void check.refetch()
    },
  })
  const found = check.data ? merged(t, issues, check.data.findings) : issues
  const blocked = found.some(({ action }) => action === 'block')
  const { review } = campaign
  const isOpen = review?.state === 'review' || review?.state === 'opinion'
  const isApproved = review?.state === 'approved'
  const nothingNew = campaign.liveVersion !== null && !campaign.edited
  return (
    <div className="grid grid-main">
      <Panel
        title={words.check}
        note={words.checkHint}
        extra={
          <Button
            size="small"
            disabled={!saved || tools.open.length > 0}
            loading={check.isFetching}
            icon={<Icon name="refresh" size={15} />}
            onClick={() => void check.refetch()}
          >
            {words.checkNow}
          </Button>
        }
      >
        {tools.open.length > 0 ? (
          <IssueList issues={found} journey={tools.draft.definition.journey} reader={reader} onJump={onJump} />
        ) : (
          <Loaded query={check} compact lines={3}>
            {() => (
              <IssueList issues={found} journey={tools.draft.definition.journey} reader={reader} onJump={onJump} />
            )}
          </Loaded>
        )}
      </Panel>
      <div className="stack-16">
        <Panel title={words.review}>
          <div className="stack-16">
            {review ? (
              <div className="row row-between">
                <ReviewBadge review={review} />
                <a href={`/reviews/${review.id}`}>
                  {words.reviewOpen} <Icon name="right" size={13} />
                </a>
              </div>
            ) : (
              <p className="muted">{nothingNew ? words.nothingNew : words.reviewNone}</p>
            )}
            {can('campaigns.write') && !isOpen && !isApproved && !nothingNew && (
              <>
                <Field label={words.submitNote}>
                  <Input.TextArea
                    autoSize={{ minRows: 2, maxRows: 6 }}
                    maxLength={500}
                    placeholder={words.submitNoteHint}
                    value={note}
                    onChange={(event) => setNote(event.target.value)}
                  />
                </Field>
                <Button
                  block
                  type="primary"
                  size="large"
                  disabled={!saved || blocked || tools.open.length > 0 || !check.data}
                  loading={submit.isPending}
                  onClick={() => submit.mutate()}
                >
                  {words.submit}
                </Button>
                <p className="muted small">{blocked ? words.mustSolve : words.submitHint}</p>
              </>
            )}
            {isOpen && <p className="muted small">{words.submitHint}</p>}
          </div>
        </Panel>
        {can('campaigns.run') && !nothingNew && (
          <Panel title={words.publish}>
            <div className="stack">
              <Button
                block
                size="large"
                type={isApproved ? 'primary' : 'default'}
                disabled={!isApproved || !saved}
                onClick={() => setPublishing(true)}
              >
                {campaign.liveVersion === null ? words.publish : words.publishUpdate}
              </Button>
              <p className="muted small">{words.publishHint}</p>
            </div>
          </Panel>
        )}
      </div>
      {publishing && (
        <PublishDialog
          campaign={campaign}
          reader={reader}
          onClose={() => setPublishing(false)}
          onDone={() => {
            setPublishing(false)
            void refresh()
          }}
        />
      )}
    </div>
  )
}

/** What the page found by itself and what the server found, each once. */
const merged = (t: StepReader['t'], issues: readonly Issue[], findings: readonly PlanFinding[]): Issue[] => {
  const told = new Set(issues.map(({ step, text }) => `${step} ${text}`))
  const further = findings.flatMap(({ action, code, step, values }, at): Issue[] => {
    const text = findingText(t, { code, values })
    return told.has(`${step} ${text}`) ? [] : [{ key: `server.${at}`, action, text, step, tab: tabOf(code) }]
  })
  return [...issues, ...further]
}

const PublishDialog = ({
  campaign,
  reader,
  onClose,
  onDone,
}: {
  campaign: Campaign
  reader: StepReader
  onClose: () => void
  onDone: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns
  const fail = useFailureToast()
  const publish = useMutation({ mutationFn: () => publishCampaign(campaign.id), onSuccess: onDone, onError: fail })
  const { definition } = campaign
  return (
    <Modal
      open
      title={words.publishTitle(campaign.name)}
      okText={words.publish}
      okButtonProps={{ loading: publish.isPending }}
      onOk={() => publish.mutate()}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Notice tone="warn">
          {words.publishWarning}
          {campaign.liveVersion !== null && <div>{words.publishAgainWarning}</div>}
        </Notice>
        <section className="stack">
          <h3 className="strong">{words.dryRun}</h3>
          <DryRunFacts campaignId={campaign.id} draftVersion={campaign.draftVersion} reader={reader} />
        </section>
        <dl className="facts">
          <dt>{words.entry}</dt>
          <dd>{triggerText(reader, definition.trigger)}</dd>
          <dt>{words.holdout}</dt>
          <dd>{format.share(definition.holdout)}</dd>
          <dt>{words.budget}</dt>
          <dd>{budgetText(words, format, definition.budget)}</dd>
          <dt>{words.period}</dt>
          <dd>
            {definition.startsAt ? format.dateTime(definition.startsAt) : words.publishNow} –{' '}
            {definition.endsAt ? format.dateTime(definition.endsAt) : words.untilStopped}
          </dd>
        </dl>
      </div>
    </Modal>
  )
}

const budgetText = (
  words: ReturnType<typeof useText>['campaigns'],
  format: ReturnType<typeof useFormats>,
  { costFen, sends }: Campaign['definition']['budget'],
): string => {
  const parts = [
    ...(costFen === undefined ? [] : [format.amount('costFen', costFen)]),
    ...(sends === undefined ? [] : [words.sendsAtMost(format.count(sends))]),
  ]
  return parts.length === 0 ? words.unlimited : parts.join(' · ')
}
