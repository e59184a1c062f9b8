import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Badge, type Tone } from '../ui/marks.tsx'
import type { HealthState, Provider } from './channel-calls.ts'

const tones: Record<HealthState, Tone> = { off: 'plain', idle: 'blue', good: 'good', poor: 'bad', resting: 'warn' }

export const HealthBadge = ({ provider }: { provider: Pick<Provider, 'health' | 'restsUntil' | 'error'> }) => {
  const t = useText()
  const format = useFormats()
  const { health, restsUntil, error } = provider
  return (
    <span>
      <Badge tone={tones[health]} dot live={health === 'good'}>
        {t.channels.health[health]}
      </Badge>
      {(restsUntil !== null || health === 'poor') && (
        <div className="muted small">
          {error !== null && <code>{error}</code>}{' '}
          {restsUntil !== null && t.channels.restsUntil(format.ago(restsUntil))}
        </div>
      )}
    </span>
  )
}

/** Fen with its thousandths, as prices of messages are: `4.5 分`. */
export const useCostText = () => {
  const t = useText()
  const format = useFormats()
  return (millifen: number) => `${format.decimal(millifen / 1_000)} ${t.channels.fen}`
}

/** Milliseconds, or seconds where they are many. */
export const useSpanText = () => {
  const t = useText()
  const format = useFormats()
  return (ms: number | null) =>
    ms === null
      ? '—'
      : ms < 10_000
        ? `${format.count(ms)} ${t.channels.ms}`
        : `${format.count(Math.round(ms / 1_000))} ${t.channels.seconds}`
}

export const Limits = ({ provider }: { provider: Provider }) => {
  const t = useText()
  const format = useFormats()
  const limits = [
    [provider.perSecond, t.channels.perSecond],
    [provider.perMinute, t.channels.perMinute],
    [provider.perDay, t.channels.perDay],
  ] as const
  const set = limits.flatMap(([limit, span]) =>
    limit === null ? [] : [t.channels.limitText(format.count(limit), span)],
  )
  return (
    <>
      {set.length === 0 ? <span className="muted">{t.channels.unlimited}</span> : set.join(' · ')}
      {provider.leftToday !== null && (
        <div className="muted small">{t.channels.leftToday(format.count(provider.leftToday))}</div>
      )}
    </>
  )
}
