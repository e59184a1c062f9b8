import { useQuery } from '@tanstack/react-query'
import { Segmented, Select } from 'antd'
import type { Target } from '../../../../src/opinion/grading/policy-contract.ts'
import type { Text } from '../../i18n/text.ts'
import { useText } from '../../i18n/text.ts'
import { getPeople, getRotas, type Person, type Rota } from '../alerts/alert-calls.ts'

/** Who is meant: a person, all of a role, whoever is on call. */

export type { Target }

interface Known {
  people: readonly Person[]
  rotas: readonly Rota[]
}

/** People and rotas that may be chosen. */
export const useTargets = (): Known => {
  const people = useQuery({
    queryKey: ['opinion', 'people'],
    queryFn: ({ signal }) => getPeople(signal),
    staleTime: 60_000,
  })
  const rotas = useQuery({
    queryKey: ['opinion', 'rotas'],
    queryFn: ({ signal }) => getRotas(signal),
    staleTime: 60_000,
  })
  return { people: people.data?.people ?? [], rotas: rotas.data?.rotas ?? [] }
}

export const targetText = (t: Text, { people, rotas }: Known, target: Target): string => {
  if (target.kind === 'role') return t.grading.everyOf(t.grading.roles[target.role])
  if (target.kind === 'user') return people.find(({ id }) => id === target.id)?.name ?? target.id.slice(0, 8)
  return t.grading.onCallOf(rotas.find(({ id }) => id === target.id)?.name ?? `#${target.id}`)
}

const roles = ['pr', 'legal', 'service', 'compliance', 'risk', 'admin'] as const

export const TargetInput = ({
  label,
  value,
  onChange,
}: {
  label: string
  value: Target
  onChange: (target: Target) => void
}) => {
  const t = useText()
  const words = t.grading
  const { people, rotas } = useTargets()
  const choose = (kind: Target['kind']) => {
    const [person] = people
    const [rota] = rotas
    if (kind === 'role') onChange({ kind, role: 'pr' })
    else if (kind === 'user' && person) onChange({ kind, id: person.id })
    else if (kind === 'rota' && rota) onChange({ kind, id: rota.id })
  }
  return (
    <span className="row">
      <Segmented
        size="small"
        aria-label={`${label} ${words.targetKind}`}
        value={value.kind}
        onChange={choose}
        options={[
          { value: 'role', label: words.byRole },
          { value: 'user', label: words.byUser, disabled: people.length === 0 },
          { value: 'rota', label: words.byRota, disabled: rotas.length === 0 },
        ]}
      />
      {value.kind === 'role' && (
        <Select
          aria-label={label}
          style={{ minWidth: 120 }}
          value={value.role}
          onChange={(role) => onChange({ kind: 'role', role })}
          options={roles.map((role) => ({ value: role, label: words.roles[role] }))}
        />
      )}
      {value.kind === 'user' && (
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={label}
          style={{ minWidth: 140 }}
          value={value.id}
          onChange={(id) => onChange({ kind: 'user', id })}
          options={people.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      {value.kind === 'rota' && (
        <Select
          aria-label={label}
          style={{ minWidth: 140 }}
          value={value.id}
          onChange={(id) => onChange({ kind: 'rota', id })}
          options={rotas.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </span>
  )
}
