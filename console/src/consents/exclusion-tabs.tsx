import { useNavigate } from '@tanstack/react-router'
import { useText } from '../i18n/text.ts'
import { Tabs } from '../ui/marks.tsx'

/** People and addresses stand on two pages of one place. */
export const ExclusionTabs = ({ here }: { here: 'people' | 'addresses' }) => {
  const t = useText()
  const navigate = useNavigate()
  return (
    <Tabs
      label={t.consents.exclusionsTitle}
      value={here}
      onChange={(key) => navigate({ to: key === 'people' ? '/exclusions' : '/do-not-contact' })}
      items={[
        { key: 'people' as const, label: t.consents.exclusions },
        { key: 'addresses' as const, label: t.consents.dnc },
      ]}
    />
  )
}
