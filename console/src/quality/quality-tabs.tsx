import { Link } from '@tanstack/react-router'
import { useText } from '../i18n/text.ts'

/** The three views of data quality, as links: each has its own address. */
export const QualityTabs = () => {
  const t = useText()
  const tabs = [
    { to: '/quality', label: t.quality.tabs.overview },
    { to: '/quality/rules', label: t.quality.tabs.rules },
    { to: '/quality/recipes', label: t.quality.tabs.recipes },
  ] as const
  return (
    <nav className="tabs quality-tabs" aria-label={t.quality.title}>
      {tabs.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          className="tab"
          activeOptions={{ exact: to === '/quality' }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}
