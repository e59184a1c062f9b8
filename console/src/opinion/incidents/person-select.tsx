import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useText } from '../../i18n/text.ts'
import { listHandlers } from './incident-calls.ts'
import type { Lane } from './incident-shapes.ts'

export const useHandlers = () =>
  useQuery({
    queryKey: ['incidents', 'people'],
    queryFn: ({ signal }) => listHandlers(signal),
    staleTime: 60_000,
    select: ({ items }) => items,
  })

/** One of those who handle incidents; those of the lane come first. */
export const PersonSelect = ({
  value,
  lane,
  label,
  onChange,
}: {
  value: string | null
  lane?: Lane
  label: string
  onChange: (id: string | null) => void
}) => {
  const t = useText()
  const people = useHandlers()
  const sorted = [...(people.data ?? [])].sort(
    (a, b) =>
      Number(lane !== undefined && b.lanes.includes(lane)) - Number(lane !== undefined && a.lanes.includes(lane)),
  )
  return (
    <Select
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      style={{ width: '100%' }}
      aria-label={label}
      placeholder={t.incidents.choosePerson}
      loading={people.isFetching}
      {...(value !== null && { value })}
      onChange={(id: string | undefined) => onChange(id ?? null)}
      options={sorted.map(({ id, name, lanes }) => ({
        value: id,
        label: `${name}（${lanes.map((one) => t.incidents.lanes[one]).join('、')}）`,
      }))}
    />
  )
}
