import type { UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { ApiProblem } from '../api.ts'
import { problemParticulars, problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { Icon, type IconName } from './icon.tsx'

const widths = [92, 69, 84, 61, 78, 53, 88, 65, 73, 57]

/** Grey lines where content is about to be. */
export const Waiting = ({ lines = 4 }: { lines?: number }) => {
  const t = useText()
  return (
    <div className="bones" role="status" aria-label={t.ui.loading}>
      {widths.slice(0, lines).map((width) => (
        <div key={width} className="bone" style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}

/** What failed, why, and how to try again. */
export const Failure = ({ error, onRetry, compact }: { error: unknown; onRetry?: () => void; compact?: boolean }) => {
  const t = useText()
  const forbidden = error instanceof ApiProblem && error.status === 403
  const particulars = problemParticulars(error)
  return (
    <div className={`state ${forbidden ? '' : 'state-failed'} ${compact ? 'state-compact' : ''}`} role="alert">
      <span className="state-icon">
        <Icon name={forbidden ? 'lock' : 'warn'} size={24} />
      </span>
      <h3>{problemText(t, error)}</h3>
      {particulars && <p className="wrap">{particulars}</p>}
      {error instanceof ApiProblem && (
        <p className="small">
          <code>{error.code}</code>
          {error.requestId && (
            <>
              {' · '}
              {t.ui.requestId} <code>{error.requestId}</code>
            </>
          )}
        </p>
      )}
      {onRetry && (
        <div className="state-actions">
          <Button onClick={onRetry} icon={<Icon name="refresh" size={16} />}>
            {t.ui.retry}
          </Button>
        </div>
      )}
    </div>
  )
}

/** Nothing here yet: what would be here, and what to do about it. */
export const Blank = ({
  title,
  hint,
  icon,
  children,
  compact,
}: {
  title: string
  hint?: ReactNode
  icon?: IconName
  children?: ReactNode
  compact?: boolean
}) => (
  <div className={`state ${compact ? 'state-compact' : ''}`}>
    {icon && (
      <span className="state-icon">
        <Icon name={icon} size={24} />
      </span>
    )}
    <h3>{title}</h3>
    {hint && <p>{hint}</p>}
    {children && <div className="state-actions">{children}</div>}
  </div>
)

/** The three lives of a query: waiting, failed (with retry), here. Old data stay on screen while new data load. */
export const Loaded = <T,>({
  query,
  lines,
  compact,
  waiting,
  children,
}: {
  query: UseQueryResult<T> | UseInfiniteQueryResult<T>
  lines?: number
  compact?: boolean
  waiting?: ReactNode
  children: (data: T) => ReactNode
}) => {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) {
    return <Failure error={query.error} onRetry={() => query.refetch()} {...(compact ? { compact } : {})} />
  }
  return <>{waiting ?? <Waiting {...(lines === undefined ? {} : { lines })} />}</>
}
