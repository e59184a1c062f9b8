import { App } from 'antd'
import type { ReactNode } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'good' | 'bad' | 'warn' | 'teal' | 'blue' | 'plain'

export const Badge = ({
  tone = 'plain',
  dot,
  live,
  children,
}: {
  tone?: Tone
  dot?: boolean
  /** The dot breathes: this is going on now. */
  live?: boolean
  children: ReactNode
}) => (
  <span className={`badge badge-${tone} ${dot || live ? 'badge-dot' : ''} ${live ? 'badge-live' : ''}`}>
    {children}
  </span>
)

const noticeIcons: Record<'info' | 'warn' | 'bad' | 'good', IconName> = {
  info: 'info',
  warn: 'warn',
  bad: 'failed',
  good: 'done',
}

export const Notice = ({
  tone = 'info',
  children,
  action,
}: {
  tone?: 'info' | 'warn' | 'bad' | 'good'
  children: ReactNode
  action?: ReactNode
}) => (
  <div className={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
    <Icon name={noticeIcons[tone]} />
    <div className="notice-text">{children}</div>
    {action}
  </div>
)

/** How far a long work has come. Without a share known, something moves. */
export const Meter = ({ share, label }: { share: number | undefined; label: string }) => (
  <div
    className={`meter ${share === undefined ? 'meter-unsure' : ''}`}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    {...(share === undefined ? {} : { 'aria-valuenow': Math.round(share * 100) })}
  >
    <div className="meter-fill" style={share === undefined ? {} : { width: `${Math.min(100, share * 100)}%` }} />
  </div>
)

/** How long ago, with the exact time on hover. */
export const Ago = ({ at }: { at: string | null | undefined }) => {
  const format = useFormats()
  if (!at) return <span className="muted">—</span>
  return (
    <time dateTime={at} title={format.dateTime(at)}>
      {format.ago(at)}
    </time>
  )
}

export const CopyButton = ({ text, label }: { text: string; label?: string }) => {
  const t = useText()
  const { message } = App.useApp()
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    message.success(t.ui.copied)
  }
  return (
    <button type="button" className="icon-button" onClick={copy} aria-label={label ?? t.ui.copy} title={t.ui.copy}>
      <Icon name="copy" size={16} />
    </button>
  )
}

export const Code = ({ text }: { text: string }) => (
  <div className="code">
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so the keyboard must reach it */}
    <pre tabIndex={0}>{text}</pre>
    <CopyButton text={text} />
  </div>
)

/** One figure with its name. */
export const Tile = ({
  label,
  value,
  unit,
  note,
  icon,
}: {
  label: string
  value: ReactNode
  unit?: string
  note?: ReactNode
  icon?: IconName
}) => (
  <div className="tile">
    <div className="tile-label">
      {icon && <Icon name={icon} size={15} />}
      {label}
    </div>
    <div className="tile-value">
      {value}
      {unit && <small>{unit}</small>}
    </div>
    {note && <div className="tile-note">{note}</div>}
  </div>
)

/** A row of words of which one is chosen; arrow keys move. */
export const Tabs = <K extends string>({
  items,
  value,
  onChange,
  label,
}: {
  items: readonly { key: K; label: ReactNode }[]
  value: K
  onChange: (key: K) => void
  label: string
}) => (
  <div className="tabs" role="tablist" aria-label={label}>
    {items.map((item, index) => (
      <button
        key={item.key}
        type="button"
        role="tab"
        className="tab"
        aria-selected={item.key === value}
        tabIndex={item.key === value ? 0 : -1}
        onClick={() => onChange(item.key)}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
          const next = items[(index + step + items.length) % items.length]
          if (step === 0 || !next) return
          onChange(next.key)
          const buttons = event.currentTarget.parentElement?.querySelectorAll('button')
          buttons?.[(index + step + items.length) % items.length]?.focus()
        }}
      >
        {item.label}
      </button>
    ))}
  </div>
)
