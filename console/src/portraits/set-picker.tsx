import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { listAudiences } from '../audiences/audience-calls.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { listLists } from './portrait-calls.ts'
import type { SetRef } from './portrait-shapes.ts'
import { keyOf, refOf } from './set-refs.ts'

/** Audiences that were refreshed, and lists, as choices. */
export const useSets = () => {
  const t = useText()
  const format = useFormats()
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) })
  const lists = useQuery({
    queryKey: ['lists', 'choices'],
    queryFn: ({ signal }) => listLists({ limit: 200 }, signal),
  })
  const names = new Map<string, string>([
    ...(audiences.data?.items ?? []).map(({ id, name }) => [`audience:${id}`, name] as const),
    ...(lists.data?.items ?? []).map(({ id, name }) => [`list:${id}`, name] as const),
  ])
  const option = (key: string, name: string, size: number) => ({ value: key, label: `${name} · ${format.count(size)}` })
  const options = [
    {
      label: t.portraits.audience,
      options: (audiences.data?.items ?? []).flatMap(({ id, name, size, asOf }) =>
        size === null || asOf === null ? [] : [option(`audience:${id}`, name, size)],
      ),
    },
    {
      label: t.portraits.list,
      options: (lists.data?.items ?? []).map(({ id, name, size }) => option(`list:${id}`, name, size)),
    },
  ]
  return { options, nameOf: (ref: SetRef) => names.get(keyOf(ref)) ?? '' }
}

/** Chooses several sets. */
export const SetsPicker = ({
  label,
  value,
  most,
  onChange,
}: {
  label: string
  value: readonly SetRef[]
  most: number
  onChange: (refs: SetRef[]) => void
}) => {
  const { options } = useSets()
  return (
    <Select
      mode="multiple"
      aria-label={label}
      placeholder={label}
      style={{ width: '100%' }}
      maxCount={most}
      showSearch={{ optionFilterProp: 'label' }}
      value={value.map(keyOf)}
      onChange={(keys: string[]) => onChange(keys.flatMap((key) => refOf(key) ?? []))}
      options={options}
    />
  )
}

/** Chooses one set, or everybody. */
export const SetPicker = ({
  label,
  value,
  everybody,
  onChange,
}: {
  label: string
  value: SetRef | null
  /** Whether all customers are a choice. */
  everybody?: boolean
  onChange: (ref: SetRef | null) => void
}) => {
  const t = useText()
  const { options } = useSets()
  return (
    <Select
      aria-label={label}
      placeholder={label}
      style={{ width: '100%', minWidth: 180 }}
      showSearch={{ optionFilterProp: 'label' }}
      value={value ? keyOf(value) : everybody ? 'all' : null}
      onChange={(key: string) => onChange(refOf(key) ?? null)}
      options={everybody ? [{ value: 'all', label: t.portraits.everybody }, ...options] : options}
    />
  )
}
