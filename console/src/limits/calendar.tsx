import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { usePreferences } from '../preferences.ts'
import { DayInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { getCalendar } from './limit-calls.ts'
import type { CalendarYear, Limits } from './limit-shapes.ts'

export const CalendarView = () => {
  const t = useText()
  const words = t.limits
  const [year, setYear] = useState(() => new Date().getFullYear())
  const calendar = useQuery({
    queryKey: ['limits', 'calendar', year],
    queryFn: ({ signal }) => getCalendar(year, signal),
    placeholderData: (before) => before,
  })
  return (
    <div className="stack">
      <p className="muted small">{words.calendarNote}</p>
      <div className="row row-between">
        <Button
          size="small"
          aria-label={words.previousYear}
          icon={<Icon name="left" size={14} />}
          onClick={() => setYear(year - 1)}
        />
        <strong>{year}</strong>
        <Button
          size="small"
          aria-label={words.nextYear}
          icon={<Icon name="right" size={14} />}
          onClick={() => setYear(year + 1)}
        />
      </div>
      <Loaded query={calendar} lines={6}>
        {(data) => (
          <>
            {!data.published && <Notice tone="warn">{words.calendarUnknown(data.year)}</Notice>}
            <Months calendar={data} />
          </>
        )}
      </Loaded>
      <p className="small">
        <span className="day day-legend day-holiday">{words.legend.holiday}</span>
        <span className="day day-legend day-makeUpWorkday">{words.legend.makeUpWorkday}</span>
      </p>
    </div>
  )
}

const Months = ({ calendar: { year, days } }: { calendar: CalendarYear }) => {
  const t = useText()
  const { language } = usePreferences()
  const special = new Map(days.map((day) => [day.date, day]))
  const monthName = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en', { month: 'long', timeZone: 'UTC' })
  return (
    <div className="months">
      {Array.from({ length: 12 }, (_, month) => {
        const first = new Date(Date.UTC(year, month, 1))
        const lead = (first.getUTCDay() + 6) % 7
        const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
        const name = monthName.format(first)
        return (
          <div key={name}>
            <div className="month-name">{name}</div>
            <div className="month-days">
              {Array.from({ length }, (_, i) => {
                const date = new Date(Date.UTC(year, month, i + 1)).toISOString().slice(0, 10)
                const found = special.get(date)
                const kind = found?.kind ?? ((lead + i) % 7 > 4 ? 'weekend' : 'workday')
                const label =
                  found && `${date} ${t.limits.legend[found.kind]} ${language === 'zh' ? found.name : found.nameEn}`
                return (
                  <span
                    key={date}
                    className={`day day-${kind} ${found?.own ? 'day-own' : ''}`}
                    style={i === 0 ? { gridColumnStart: lead + 1 } : undefined}
                    title={label}
                  >
                    {i + 1}
                  </span>
                )
              })}
            </div>
          </div>
        )
      })}
    </div>
  )
}

type Days = Limits['calendar']['holidays']

export const CalendarForm = ({
  value,
  onChange,
}: {
  value: Limits['calendar']
  onChange: (value: Limits['calendar']) => void
}) => {
  const t = useText()
  const words = t.limits
  return (
    <div className="stack-16">
      <Field label={words.ownHolidays}>
        <DayList
          label={words.ownHolidays}
          value={value.holidays}
          onChange={(holidays) => onChange({ ...value, holidays })}
        />
      </Field>
      <Field label={words.ownWorkdays}>
        <DayList
          label={words.ownWorkdays}
          value={value.workdays}
          onChange={(workdays) => onChange({ ...value, workdays })}
        />
      </Field>
    </div>
  )
}

const DayList = ({ label, value, onChange }: { label: string; value: Days; onChange: (days: Days) => void }) => {
  const t = useText()
  const words = t.limits
  const change = (at: number, next: Partial<Days[number]>) =>
    onChange(value.map((day, i) => (i === at ? { ...day, ...next } : day)))
  return (
    <div className="stack">
      {value.map((day, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: dates change while they are typed
        <div key={i} className="span-row">
          <DayInput
            style={{ width: 150 }}
            aria-label={`${label} ${words.day}`}
            value={day.date}
            onChange={(day) => change(i, { date: day })}
          />
          <Input
            style={{ width: 160 }}
            maxLength={60}
            placeholder={words.dayName}
            aria-label={`${label} ${words.dayName}`}
            value={day.name}
            onChange={(event) => change(i, { name: event.target.value })}
          />
          <Button
            type="text"
            aria-label={t.ui.remove}
            icon={<Icon name="close" size={14} />}
            onClick={() => onChange(value.filter((_, other) => other !== i))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<Icon name="plus" size={14} />}
        onClick={() => onChange([...value, { date: '', name: '' }])}
      >
        {words.addDay}
      </Button>
    </div>
  )
}
