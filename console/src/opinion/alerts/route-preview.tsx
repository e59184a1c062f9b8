import { useMutation } from '@tanstack/react-query'
import { Button, InputNumber, Segmented, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { type Match, type Preview, previewRouting, type Routing } from './alert-calls.ts'
import { MatchFields, useMatchText } from './match-fields.tsx'

const levels = ['minor', 'moderate', 'severe'] as const

/** Where an alert would go, and why; by the draft while one is being written. */
export const RoutePreview = ({ routing }: { routing: Routing | undefined }) => {
  const t = useText()
  const words = t.alerts
  const fail = useFailureToast()
  const [by, setBy] = useState<'made' | 'event'>('made')
  const [eventId, setEventId] = useState<number | null>(null)
  const [level, setLevel] = useState<(typeof levels)[number]>('severe')
  const [match, setMatch] = useState<Match>({})
  const preview = useMutation({
    mutationFn: () =>
      previewRouting({
        ...(routing && { document: { ...routing } }),
        ...(by === 'event'
          ? { eventId: eventId ?? 0 }
          : {
              made: {
                level,
                subjects: match.subjects ?? [],
                subjectKinds: match.subjectKinds ?? [],
                aspects: match.aspects ?? [],
                platforms: match.platforms ?? [],
                drill: match.drill ?? false,
              },
            }),
      }),
    onError: fail,
  })
  return (
    <Panel title={words.preview}>
      <div className="stack-16">
        <p className="muted small">{words.previewNote}</p>
        <Segmented
          aria-label={words.preview}
          value={by}
          onChange={setBy}
          options={[
            { value: 'made', label: words.previewMade },
            { value: 'event', label: words.previewEvent },
          ]}
        />
        {by === 'event' ? (
          <Field label={words.previewEvent}>
            <InputNumber min={1} aria-label={words.previewEvent} value={eventId} onChange={setEventId} />
          </Field>
        ) : (
          <>
            <Field label={words.level}>
              <Select
                aria-label={words.level}
                style={{ width: 140 }}
                value={level}
                onChange={setLevel}
                options={levels.map((value) => ({ value, label: t.grading.levels[value] }))}
              />
            </Field>
            <MatchFields withoutLevels value={match} onChange={setMatch} />
          </>
        )}
        <Button
          type="primary"
          disabled={by === 'event' && eventId === null}
          loading={preview.isPending}
          onClick={() => preview.mutate()}
        >
          {words.previewRun}
        </Button>
        {preview.data?.ways.map((way) => (
          <Way key={way.route} way={way} />
        ))}
      </div>
    </Panel>
  )
}

const Way = ({ way }: { way: Preview['ways'][number] }) => {
  const t = useText()
  const words = t.alerts
  const said = useMatchText()
  const barred = words.barred as Readonly<Record<string, string>>
  return (
    <div className="preview-way">
      <div className="strong">{words.wouldGo(way.receiver)}</div>
      <div className="muted small">
        {way.path.join(' → ')} · {words.waits(String(way.waitSeconds))}
      </div>
      <div className="muted small wrap">
        {words.because}{' '}
        {way.because
          .slice(1)
          .map((match) => said(match))
          .join('；') || words.matchAll}
      </div>
      {way.mutedBy && <Notice tone="warn">{words.mutedNow(way.mutedBy)}</Notice>}
      {way.silencedBy.map(({ id, reason }) => (
        <Notice key={id} tone="warn">
          {words.silencedBy(reason)}
        </Notice>
      ))}
      {way.targets.length === 0 ? (
        <Notice tone="warn">{words.noTargets}</Notice>
      ) : (
        <ul>
          {way.targets.map((one) => (
            <li key={`${one.channelId} ${one.person ?? ''}`} className="small">
              {one.channel}（{one.person ?? words.group}）{' '}
              {one.barred && <Badge tone="warn">{barred[one.barred] ?? one.barred}</Badge>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
