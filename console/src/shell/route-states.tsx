import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { useText } from '../i18n/text.ts'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Failure, Waiting } from '../ui/states.tsx'

export const RoutePending = () => (
  <div className="page">
    <Waiting lines={7} />
  </div>
)

export const RouteFailure = ({ error, reset }: ErrorComponentProps) => (
  <div className="page">
    <Failure error={error} onRetry={reset} />
  </div>
)

export const RouteMissing = () => {
  const t = useText()
  return (
    <Page title={t.shell.missing}>
      <Panel>
        <Blank icon="search" title={t.shell.missing} hint={t.shell.missingHint}>
          <Link to="/">{t.shell.toOverview}</Link>
        </Blank>
      </Panel>
    </Page>
  )
}
