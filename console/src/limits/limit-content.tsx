import { CalendarForm, CalendarView } from './calendar.tsx'
import { FrequencyForm, FrequencyView } from './frequency.tsx'
import { HoursForm, HoursView } from './hours.tsx'
import type { LimitName, Limits, LimitVersion } from './limit-shapes.ts'
import {
  ConflictForm,
  ConflictView,
  CostsForm,
  CostsView,
  HoldoutForm,
  HoldoutView,
  RecordsForm,
  RecordsView,
  SuitabilityForm,
  SuitabilityView,
  ZoneForm,
  ZoneView,
} from './others.tsx'

/** A limit with its value, as one of a kind. */
export type Limit = { [Name in LimitName]: { name: Name; value: Limits[Name] } }[LimitName]

/** The server has checked the value against the form of its name. */
export const limitOf = ({ name, value }: LimitVersion): Limit => ({ name, value }) as Limit

export const LimitContent = ({ limit }: { limit: Limit }) => {
  switch (limit.name) {
    case 'hours':
      return <HoursView value={limit.value} />
    case 'frequency':
      return <FrequencyView value={limit.value} />
    case 'conflict':
      return <ConflictView value={limit.value} />
    case 'holdout':
      return <HoldoutView value={limit.value} />
    case 'calendar':
      return <CalendarView />
    case 'zone':
      return <ZoneView value={limit.value} />
    case 'suitability':
      return <SuitabilityView value={limit.value} />
    case 'costs':
      return <CostsView value={limit.value} />
    case 'records':
      return <RecordsView value={limit.value} />
  }
}

export const LimitForm = ({
  limit,
  onChange,
  before,
  confirmed,
  onConfirm,
}: {
  limit: Limit
  onChange: (limit: Limit) => void
  before: Limit
  confirmed: boolean
  onConfirm: (confirmed: boolean) => void
}) => {
  switch (limit.name) {
    case 'hours':
      return <HoursForm value={limit.value} onChange={(value) => onChange({ name: 'hours', value })} />
    case 'frequency':
      return <FrequencyForm value={limit.value} onChange={(value) => onChange({ name: 'frequency', value })} />
    case 'conflict':
      return <ConflictForm value={limit.value} onChange={(value) => onChange({ name: 'conflict', value })} />
    case 'holdout':
      return (
        <HoldoutForm
          value={limit.value}
          before={before.name === 'holdout' ? before.value : limit.value}
          confirmed={confirmed}
          onConfirm={onConfirm}
          onChange={(value) => onChange({ name: 'holdout', value })}
        />
      )
    case 'calendar':
      return <CalendarForm value={limit.value} onChange={(value) => onChange({ name: 'calendar', value })} />
    case 'zone':
      return <ZoneForm value={limit.value} onChange={(value) => onChange({ name: 'zone', value })} />
    case 'suitability':
      return <SuitabilityForm value={limit.value} onChange={(value) => onChange({ name: 'suitability', value })} />
    case 'costs':
      return <CostsForm value={limit.value} onChange={(value) => onChange({ name: 'costs', value })} />
    case 'records':
      return <RecordsForm value={limit.value} onChange={(value) => onChange({ name: 'records', value })} />
  }
}
