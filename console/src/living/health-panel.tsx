import './living.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Switch } from 'antd'
import { useEffect, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Meter, Notice, type Tone } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { getHealth, switchLive } from './living-calls.ts'
import type { Health } from './living-shapes.ts'
import { WebhooksDialog } from './webhooks-dialog.tsx'

/** A living audience is looked at this often, so that its size counts along. */
const lookEveryMs = 2_000

export const useHealth = (id: string) =>
  useQuery({
    queryKey: ['audiences', id, 'health'],
    queryFn: ({ signal }) => getHealth(id, signal),
    refetchInterval: ({ state }) => (state.data?.live ? lookEveryMs : false),
  })

/** Whether the audience follows events, how far behind it is, and what is wrong when it is not. */
export const HealthPanel = ({ id, name, health }: { id: string; name: string; health: Health }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [sending, setSending] = useState(false)
  const change = useMutation({
    mutationFn: (on: boolean) => switchLive(id, on),
    onSuccess: (health) => client.setQueryData(['audiences', id, 'health'], health),
    onSettled: () => client.invalidateQueries({ queryKey: ['audiences'] }),
    onError: fail,
  })
  const { live, stuck, error } = health
  return (
    <Panel>
      <div className="stack">
        <div className="health">
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch is the control */}
          <label className="health-switch" title={t.living.followHint}>
            <Switch
              checked={live !== null}
              disabled={!can('audiences.write')}
              loading={change.isPending}
              onChange={(on) => change.mutate(on)}
            />
            {t.living.follow}
          </label>
          {live && <StateBadge health={health} />}
          <HealthFacts health={health} />
          <div className="health-end">
            <Button size="small" icon={<Icon name="out" size={14} />} onClick={() => setSending(true)}>
              {t.living.webhooks}
            </Button>
          </div>
        </div>
        {!live && can('audiences.write') && <p className="muted small">{t.living.followHint}</p>}
        {live?.rebuild && <Rebuild since={live.rebuild.since} expectedMs={live.rebuild.expectedMs} />}
        {live?.state === 'waiting' && <Notice tone="warn">{t.living.waitingHint}</Notice>}
        {live?.whole && <p className="muted small">{t.living.whole}</p>}
        {stuck && (
          <Notice tone="bad">
            {t.living.stuckText} {error && t.living.stuckSince(error)}
          </Notice>
        )}
      </div>
      {sending && <WebhooksDialog id={id} name={name} onClose={() => setSending(false)} />}
    </Panel>
  )
}

const tones: Record<NonNullable<Health['live']>['state'], Tone> = {
  following: 'good',
  building: 'teal',
  failing: 'bad',
  waiting: 'warn',
}

const StateBadge = ({ health: { live } }: { health: Health }) => {
  const t = useText()
  const format = useFormats()
  if (!live) return null
  return (
    <span className="row">
      <Badge tone={tones[live.state]} live={live.state === 'following' || live.state === 'building'}>
        {t.living[live.state]}
      </Badge>
      {live.state === 'failing' && live.retryAt && (
        <span className="muted small">{t.living.retryAt(format.clock(live.retryAt))}</span>
      )}
    </span>
  )
}

const HealthFacts = ({ health: { live, lagMs, builtAt, tookMs, rowsRead } }: { health: Health }) => {
  const t = useText()
  const format = useFormats()
  const took = (ms: number) => (ms < 1_000 ? t.living.milliseconds(format.count(ms)) : format.duration(ms / 1_000))
  return (
    <div className="health-facts muted small">
      {live && lagMs !== null && live.state !== 'building' && (
        <span>{lagMs < 8_000 ? t.living.current : t.living.lagOf(format.duration(lagMs / 1_000))}</span>
      )}
      <span>
        {t.living.built} {builtAt ? <Ago at={builtAt} /> : t.living.never}
      </span>
      {tookMs !== null && (
        <span>
          {t.living.took} {took(tookMs)}
        </span>
      )}
      {rowsRead !== null && (
        <span>
          {t.living.rows} {t.living.rowsOf(format.short(rowsRead))}
        </span>
      )}
      {live?.tickMs && live.tickTouched && !live.whole ? (
        <span>
          {t.living.increment} {t.living.incrementOf(took(live.tickMs), format.count(live.tickTouched))}
        </span>
      ) : null}
    </div>
  )
}

/** How long it has been computed, against how long it took last time. */
const Rebuild = ({ since, expectedMs }: { since: string; expectedMs: number | null }) => {
  const t = useText()
  const format = useFormats()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const elapsedMs = Math.max(0, now - new Date(since).getTime())
  const elapsed = format.duration(elapsedMs / 1_000)
  return (
    <div className="stack">
      <Meter
        label={t.living.building}
        share={expectedMs === null ? undefined : Math.min(0.95, elapsedMs / Math.max(expectedMs, 1))}
      />
      <p className="muted small">
        {t.living.building}{' '}
        {expectedMs === null
          ? t.living.rebuildingFirst(elapsed)
          : t.living.rebuilding(elapsed, format.duration(expectedMs / 1_000))}
      </p>
    </div>
  )
}

/** Beside an audience in a list: that it lives, or what is wrong. */
export const LiveMark = ({ health }: { health: Health | undefined }) => {
  const t = useText()
  if (!health) return null
  if (health.stuck) return <Badge tone="bad">{t.living.stuck}</Badge>
  if (!health.live) return null
  return (
    <Badge tone={tones[health.live.state]} live={health.live.state === 'following'}>
      {t.living.live}
    </Badge>
  )
}
