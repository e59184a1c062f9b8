import { Link, type LinkProps } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon } from './icon.tsx'

/** One page: its title (also the window's), what can be done with it, its content. */
export const Page = ({
  title,
  subtitle,
  actions,
  back,
  children,
}: {
  title: string
  subtitle?: ReactNode
  actions?: ReactNode
  back?: { to: LinkProps['to']; label: string }
  children: ReactNode
}) => {
  const t = useText()
  useEffect(() => {
    document.title = `${title} · ${t.brand}`
  }, [title, t])
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-head-text">
          {back && (
            <Link className="back-link" to={back.to ?? '/'}>
              <Icon name="left" size={14} />
              {back.label}
            </Link>
          )}
          <h1>{title}</h1>
          {subtitle && <div className="page-subtitle">{subtitle}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export const Panel = ({
  title,
  note,
  extra,
  flush,
  children,
}: {
  title?: ReactNode
  note?: ReactNode
  extra?: ReactNode
  /** Content brings its own side margins, as tables do. */
  flush?: boolean
  children: ReactNode
}) => (
  <section className="panel">
    {(title || extra) && (
      <div className="panel-head">
        <h2>
          {title}
          {note && <span className="panel-note">{note}</span>}
        </h2>
        {extra && <div className="row">{extra}</div>}
      </div>
    )}
    <div className={flush ? 'panel-flush' : 'panel-body'}>{children}</div>
  </section>
)

/** A label, its control, and a word of help or of complaint. */
export const Field = ({
  label,
  hint,
  error,
  children,
}: {
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
  children: ReactNode
}) => (
  // The hint stands beside the label, so that the field's name stays short for those who hear it.
  <div className="field">
    {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the child */}
    <label>
      <span className="field-label">{label}</span>
      {children}
    </label>
    {error ? (
      <span className="field-error" role="alert">
        {error}
      </span>
    ) : (
      hint && <span className="field-hint">{hint}</span>
    )}
  </div>
)
