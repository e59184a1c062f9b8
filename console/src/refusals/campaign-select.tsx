import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { getCampaign, listCampaigns } from '../campaigns/campaign-calls.ts'
import { useText } from '../i18n/text.ts'

/** A campaign by its name. */
export const CampaignSelect = ({
  value,
  onChange,
  autoFocus,
}: {
  value: number | undefined
  onChange: (id: number) => void
  autoFocus?: boolean
}) => {
  const t = useText()
  const [search, setSearch] = useState('')
  const found = useQuery({
    queryKey: ['campaigns', 'pick', search],
    queryFn: ({ signal }) => listCampaigns(search === '' ? {} : { search }, signal),
    placeholderData: (before) => before,
  })
  const chosen = useQuery({
    queryKey: ['campaigns', 'name', value],
    queryFn: ({ signal }) => getCampaign(value ?? 0, signal),
    enabled: value !== undefined,
  })
  const listed = found.data?.campaigns ?? []
  const options = listed.map(({ id, name }) => ({ value: id, label: name }))
  if (chosen.data && !listed.some(({ id }) => id === value))
    options.unshift({ value: chosen.data.id, label: chosen.data.name })
  return (
    <Select
      className="why-pick"
      showSearch={{ filterOption: false, onSearch: setSearch }}
      aria-label={t.refusals.chooseCampaign}
      placeholder={t.refusals.chooseCampaign}
      {...(value !== undefined && { value })}
      {...(autoFocus && { autoFocus: true })}
      loading={found.isFetching}
      notFoundContent={t.refusals.noCampaigns}
      onChange={onChange}
      options={options}
    />
  )
}
