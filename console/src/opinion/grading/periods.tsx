import { Button } from 'antd'
import { useText } from '../../i18n/text.ts'
import { TimeInput } from '../../ui/day-input.tsx'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'

interface Period {
  from: string
  to: string
}

/** Periods of a day; none is a day off. */
export const PeriodsInput = ({
  label,
  value,
  onChange,
}: {
  label: string
  value: readonly Period[]
  onChange: (periods: Period[]) => void
}) => {
  const t = useText()
  const words = t.grading
  const change = (at: number, next: Partial<Period>) =>
    onChange(value.map((one, i) => (i === at ? { ...one, ...next } : one)))
  const last = value.at(-1)?.to ?? '09:00'
  return (
    <div className="row">
      {keyed(value).map(({ item, i, key }) => (
        <span key={key} className="row">
          <TimeInput
            style={{ width: 106 }}
            aria-label={`${label} ${words.from}`}
            value={item.from}
            onChange={(time) => change(i, { from: time })}
          />
          –
          <TimeInput
            style={{ width: 106 }}
            aria-label={`${label} ${words.to}`}
            value={item.to === '24:00' ? '23:59' : item.to}
            onChange={(time) => change(i, { to: time === '23:59' ? '24:00' : time })}
          />
          <Button
            size="small"
            type="text"
            aria-label={`${words.removePeriod} ${label}`}
            icon={<Icon name="close" size={14} />}
            onClick={() => onChange(value.filter((_, at) => at !== i))}
          />
        </span>
      ))}
      <Button
        size="small"
        aria-label={`${words.addPeriod} ${label}`}
        icon={<Icon name="plus" size={14} />}
        onClick={() => onChange([...value, { from: last === '24:00' ? '09:00' : last, to: '24:00' }])}
      />
    </div>
  )
}
