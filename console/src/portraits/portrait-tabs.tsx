import { Link, useSearch } from '@tanstack/react-router'
import { useText } from '../i18n/text.ts'

/** The three views of portraits, as links: each has its own address. */
export const PortraitTabs = () => {
  const t = useText()
  // What was chosen goes along from one view to the other.
  const { of } = useSearch({ strict: false })
  const tabs = [
    { to: '/portraits', label: t.portraits.tabs.portrait, search: of ? { of } : {} },
    { to: '/portraits/overlap', label: t.portraits.tabs.overlap, search: of ? { of } : {} },
    { to: '/lookalikes', label: t.portraits.tabs.lookalikes, search: {} },
  ] as const
  return (
    <nav className="tabs portrait-tabs" aria-label={t.portraits.title}>
      {tabs.map(({ to, label, search }) => (
        <Link key={to} to={to} search={search} className="tab" activeOptions={{ exact: true, includeSearch: false }}>
          {label}
        </Link>
      ))}
    </nav>
  )
}
