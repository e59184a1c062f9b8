import { useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import type { RuleDefinition, TrialPost, TrialSlice } from '../../../../src/opinion/subjects/subject-contract.ts'
import { nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Ago, Badge, Meter, type Tone } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Failure } from '../../ui/states.tsx'
import { Highlighted } from '../posts/highlighted.tsx'
import { PlatformName } from '../posts/post-marks.tsx'
import { tryText } from './subject-calls.ts'
import { useTrial } from './use-trial.ts'

const tones: Record<TrialPost['change'], Tone> = { same: 'plain', gained: 'good', lost: 'bad' }

/** What a draft would find: in a pasted text, and among the posts of the last weeks. */
export const Tester = ({
  definition,
  subjectId,
  ruleId,
  ready,
}: {
  definition: RuleDefinition
  subjectId: number
  ruleId: number | null
  /** The draft can be read. */
  ready: boolean
}) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const [days, setDays] = useState(30)
  const { trial, start, stop } = useTrial()
  return (
    <div className="trial">
      <TextTrial definition={definition} ready={ready} />
      <div className="row">
        <Button
          type="primary"
          disabled={!ready}
          loading={trial.state === 'running'}
          onClick={() => void start({ definition, subjectId, ruleId, days })}
        >
          {words.tryHistory}
        </Button>
        <Select
          aria-label={words.tryHistory}
          value={days}
          onChange={setDays}
          options={[7, 30, 90].map((value) => ({ value, label: words.tryDays(format.count(value)) }))}
        />
        {trial.state === 'running' && <Button onClick={stop}>{words.tryStop}</Button>}
      </div>
      {trial.error !== undefined && <Failure error={trial.error} compact />}
      {trial.sum && <Found sum={trial.sum} running={trial.state === 'running'} compared={ruleId !== null} />}
    </div>
  )
}

const TextTrial = ({ definition, ready }: { definition: RuleDefinition; ready: boolean }) => {
  const t = useText()
  const words = t.subjects
  const [text, setText] = useState('')
  const settled = useSettled({ text, definition }, 300)
  const tried = useQuery({
    queryKey: ['opinion', 'rules', 'text', settled],
    queryFn: ({ signal }) => tryText(settled, signal),
    enabled: ready && settled.text.trim() !== '',
    retry: false,
  })
  const found = text.trim() === '' ? undefined : tried.data
  return (
    <>
      <Field label={words.tryText}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          placeholder={words.tryTextHint}
          value={text}
          maxLength={5000}
          onChange={({ target }) => setText(target.value)}
        />
      </Field>
      {found && (
        <p role="status">
          <Badge tone={found.matches ? 'good' : found.filtered ? 'warn' : 'plain'}>
            {found.filtered
              ? words.filtered
              : found.matches
                ? found.disguised
                  ? words.hitDisguised
                  : words.hit
                : words.noHit}
          </Badge>{' '}
          {found.spans.length > 0 && <Highlighted text={settled.text} spans={found.spans} field="text" most={400} />}
        </p>
      )}
    </>
  )
}

const Found = ({ sum, running, compared }: { sum: TrialSlice; running: boolean; compared: boolean }) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const { language } = usePreferences()
  const [change, setChange] = useState<TrialPost['change']>()
  const byDay = new Map<string, { matched: number; before: number }>()
  const byPlatform = new Map<TrialPost['platform'], number>()
  for (const { day, platform, matched, before } of sum.days) {
    const one = byDay.get(day) ?? { matched: 0, before: 0 }
    byDay.set(day, { matched: one.matched + matched, before: one.before + before })
    byPlatform.set(platform, (byPlatform.get(platform) ?? 0) + matched)
  }
  const days = [...byDay].sort(([a], [b]) => (a < b ? -1 : 1))
  const at = (day: string) => `${day}T00:00:00+08:00`
  const shown = sum.sample.filter((one) =>
    compared ? change === undefined || one.change === change : one.change !== 'lost',
  )
  return (
    <>
      {running && <Meter label={words.tryHistory} share={sum.total > 0 ? sum.looked / sum.total : undefined} />}
      <p className="muted small">{words.tryProgress(format.count(sum.looked), format.count(sum.total))}</p>
      <p>
        <strong>{words.tryResult(format.count(sum.matched), format.count(sum.disguised))}</strong>
        {compared && (
          <>
            {' · '}
            {sum.gained + sum.lost === 0 && !running
              ? words.trySame
              : words.tryChange(format.count(sum.gained), format.count(sum.lost))}
          </>
        )}
      </p>
      {byPlatform.size > 0 && (
        <p className="row small">
          {[...byPlatform]
            .sort(([, a], [, b]) => b - a)
            .map(([platform, count]) => (
              <Badge key={platform}>
                {nameIn(platformNames, platform, language)} {format.count(count)}
              </Badge>
            ))}
        </p>
      )}
      {days.length > 1 && (
        <Chart
          height={140}
          tick="date"
          label={words.byDay}
          series={[
            {
              name: words.draftLine,
              kind: 'bar',
              color: 'teal',
              points: days.map(([day, { matched }]) => ({ at: at(day), value: matched })),
            },
            ...(compared
              ? [
                  {
                    name: words.liveLine,
                    kind: 'line' as const,
                    color: 'ink-3' as const,
                    points: days.map(([day, { before }]) => ({ at: at(day), value: before })),
                  },
                ]
              : []),
          ]}
        />
      )}
      {compared && (
        <div className="row">
          {(['gained', 'lost', 'same'] as const).map((one) => (
            <Button
              key={one}
              size="small"
              type={change === one ? 'primary' : 'default'}
              onClick={() => setChange(change === one ? undefined : one)}
            >
              {words.changes[one]}
            </Button>
          ))}
        </div>
      )}
      {shown.length === 0 && !running && <p className="muted">{words.tryNothing}</p>}
      <ul className="trial-posts">
        {shown.slice(0, 60).map((post) => (
          <li key={post.id}>
            <span className="muted small">
              <PlatformName platform={post.platform} /> · <Ago at={post.publishedAt} />
            </span>{' '}
            {compared && <Badge tone={tones[post.change]}>{words.changes[post.change]}</Badge>}
            {post.disguised && <Badge tone="warn">{t.posts.disguisedName}</Badge>}
            <div>
              {post.title && (
                <strong>
                  <Highlighted text={post.title} spans={post.spans} field="title" />{' '}
                </strong>
              )}
              <Highlighted text={post.text} spans={post.spans} field="text" most={140} />
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}
