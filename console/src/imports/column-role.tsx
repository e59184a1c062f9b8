import { Checkbox, Input, Select } from 'antd'
import type { z } from 'zod'
import type {
  ConsentColumn,
  EventColumn,
  IdentifierColumn,
  PropertyColumn,
  TraitColumn,
} from '../../../src/customers/import/mapping-contract.ts'
import { identifierKinds, type TraitType, traitTypes } from '../customers/customer-shapes.ts'
import { useText } from '../i18n/text.ts'
import type { ColumnRule, ImportKind } from './import-shapes.ts'

type Role = 'identifier' | 'trait' | 'event' | 'property' | 'properties' | 'consent' | 'ignore'

const eventFields: readonly z.infer<typeof EventColumn>['event'][] = ['name', 'timestamp', 'messageId', 'type']
const consentFields: readonly z.infer<typeof ConsentColumn>['consent'][] = [
  'purpose',
  'channel',
  'status',
  'at',
  'noticeVersion',
  'method',
  'evidence',
  'expiresAt',
  'operator',
  'recipient',
  'place',
]

const rolesOf: Record<ImportKind, readonly Role[]> = {
  customers: ['identifier', 'trait', 'ignore'],
  events: ['identifier', 'event', 'property', 'properties', 'ignore'],
  consents: ['identifier', 'consent', 'ignore'],
}

export const roleOf = (rule: ColumnRule): Role => {
  if ('identifier' in rule) return 'identifier'
  if ('trait' in rule) return 'trait'
  if ('event' in rule) return 'event'
  if ('property' in rule) return 'property'
  if ('properties' in rule) return 'properties'
  return 'consent' in rule ? 'consent' : 'ignore'
}

const start = (role: Role, header: string): ColumnRule => {
  switch (role) {
    case 'identifier':
      return { identifier: 'accountId' } satisfies z.input<typeof IdentifierColumn>
    case 'trait':
      return { trait: header, type: 'string' } satisfies z.infer<typeof TraitColumn>
    case 'event':
      return { event: 'name' }
    case 'property':
      return { property: header } satisfies z.infer<typeof PropertyColumn>
    case 'properties':
      return { properties: true }
    case 'consent':
      return { consent: 'purpose' }
    case 'ignore':
      return { ignore: true }
  }
}

/** What one column of the file becomes. */
export const ColumnRole = ({
  header,
  rule,
  kind,
  onChange,
}: {
  header: string
  rule: ColumnRule
  kind: ImportKind
  onChange: (rule: ColumnRule) => void
}) => {
  const t = useText()
  const role = roleOf(rule)
  const offered = rolesOf[kind].includes(role) ? rolesOf[kind] : [...rolesOf[kind], role]
  return (
    <div className="map-role">
      <Select
        aria-label={t.mapping.roleOf(header)}
        popupMatchSelectWidth={false}
        value={role}
        onChange={(next) => onChange(start(next, header))}
        options={offered.map((one) => ({ value: one, label: t.mapping.roles[one] }))}
      />
      <Details header={header} rule={rule} onChange={onChange} />
    </div>
  )
}

const Details = ({
  header,
  rule,
  onChange,
}: {
  header: string
  rule: ColumnRule
  onChange: (rule: ColumnRule) => void
}) => {
  const t = useText()
  const missing = 'missing' in rule && rule.missing ? rule.missing.map(String) : []
  const missingField = !('ignore' in rule) && !('properties' in rule) && (
    <Select
      mode="tags"
      aria-label={t.mapping.missingOf(header)}
      placeholder={t.mapping.missing}
      suffixIcon={null}
      open={false}
      style={{ minWidth: 92 }}
      value={missing}
      onChange={(values: string[]) => {
        const { missing: _before, ...rest } = rule
        onChange(values.length === 0 ? rest : { ...rest, missing: values })
      }}
    />
  )
  if ('identifier' in rule) {
    const kinds = [...new Set<string>([...identifierKinds, rule.identifier])]
    const names: Readonly<Record<string, string>> = t.identifiers
    return (
      <>
        <Select
          aria-label={t.customers.kind}
          popupMatchSelectWidth={false}
          style={{ minWidth: 128 }}
          value={rule.identifier}
          onChange={(identifier) => onChange({ ...rule, identifier })}
          options={kinds.map((one) => ({ value: one, label: names[one] ?? one }))}
        />
        {missingField}
      </>
    )
  }
  if ('trait' in rule) {
    return (
      <>
        <Input
          className="map-name"
          aria-label={t.mapping.traitOf(header)}
          status={rule.trait.trim() === '' ? 'error' : ''}
          value={rule.trait}
          onChange={(event) => onChange({ ...rule, trait: event.target.value })}
        />
        <TypeSelect value={rule.type} onChange={(type) => onChange({ ...rule, type: type ?? 'string' })} />
        {missingField}
        <Checkbox
          checked={rule.personal !== undefined && rule.personal !== false}
          onChange={(event) => onChange({ ...rule, personal: event.target.checked })}
        >
          {t.mapping.personal}
        </Checkbox>
      </>
    )
  }
  if ('event' in rule) {
    return (
      <Select
        aria-label={t.mapping.roles.event}
        popupMatchSelectWidth={false}
        style={{ minWidth: 128 }}
        value={rule.event}
        onChange={(event) => onChange({ ...rule, event })}
        options={eventFields.map((one) => ({ value: one, label: t.mapping.eventFields[one] }))}
      />
    )
  }
  if ('property' in rule) {
    return (
      <>
        <Input
          className="map-name"
          aria-label={t.mapping.propertyOf(header)}
          status={rule.property.trim() === '' ? 'error' : ''}
          value={rule.property}
          onChange={(event) => onChange({ ...rule, property: event.target.value })}
        />
        <TypeSelect
          optional
          value={rule.type === 'json' ? undefined : rule.type}
          onChange={(type) => {
            const { type: _before, ...rest } = rule
            onChange(type ? { ...rest, type } : rest)
          }}
        />
        {missingField}
      </>
    )
  }
  if ('consent' in rule) {
    return (
      <Select
        aria-label={t.mapping.roles.consent}
        popupMatchSelectWidth={false}
        style={{ minWidth: 128 }}
        value={rule.consent}
        onChange={(consent) => onChange({ ...rule, consent })}
        options={consentFields.map((one) => ({ value: one, label: t.mapping.consentFields[one] }))}
      />
    )
  }
  return null
}

const TypeSelect = ({
  value,
  optional,
  onChange,
}: {
  value: TraitType | undefined
  optional?: boolean
  onChange: (type: TraitType | undefined) => void
}) => {
  const t = useText()
  return (
    <Select<TraitType | 'as-is'>
      aria-label={t.mapping.type}
      popupMatchSelectWidth={false}
      style={{ minWidth: 92 }}
      value={value ?? 'as-is'}
      onChange={(type) => onChange(type === 'as-is' ? undefined : type)}
      options={[
        ...(optional ? [{ value: 'as-is' as const, label: t.mapping.asIs }] : []),
        ...traitTypes.map((type) => ({ value: type, label: t.types[type] })),
      ]}
    />
  )
}
