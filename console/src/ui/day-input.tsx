import { DatePicker, type DatePickerProps, TimePicker } from 'antd'
import dayjs from 'dayjs'

/**
 * Days and times as text, the way the contracts write them, picked in a calendar of the console's language: a field of the
 * browser would follow the language of the browser.
 */

interface Common
  extends Pick<DatePickerProps, 'className' | 'style' | 'size' | 'disabled' | 'placeholder' | 'title' | 'aria-label'> {
  /** '' for none. */
  value: string
  onChange: (value: string) => void
  status?: 'warning' | 'error' | '' | undefined
}

const moment = (text: string | undefined, format: string) => {
  const read = text ? dayjs(text, format) : undefined
  return read?.isValid() ? read : null
}

const day = 'YYYY-MM-DD'

/** A day, as `2026-01-31`. */
export const DayInput = ({
  value,
  onChange,
  status,
  min,
  max,
  ...rest
}: Common & {
  /** First and last day that can be chosen; '' for any. */
  min?: string
  max?: string
}) => {
  const [first, last] = [moment(min, day), moment(max, day)]
  return (
    <DatePicker
      {...rest}
      status={status ?? ''}
      format={day}
      value={moment(value, day)}
      {...(first && { minDate: first })}
      {...(last && { maxDate: last })}
      onChange={(chosen) => onChange(chosen?.format(day) ?? '')}
    />
  )
}

/** A day with its time, as `2026-01-31T10:00`, in no zone. */
export const MomentInput = ({ value, onChange, status, ...rest }: Common) => (
  <DatePicker
    {...rest}
    status={status ?? ''}
    showTime={{ format: 'HH:mm' }}
    format="YYYY-MM-DD HH:mm"
    // What was typed or clicked counts as soon as the field is left.
    needConfirm={false}
    value={moment(value, 'YYYY-MM-DDTHH:mm')}
    onChange={(chosen) => onChange(chosen?.format('YYYY-MM-DDTHH:mm') ?? '')}
  />
)

/** A time of day, as `08:30`. */
export const TimeInput = ({ value, onChange, status, ...rest }: Common) => (
  <TimePicker
    {...rest}
    status={status ?? ''}
    format="HH:mm"
    needConfirm={false}
    value={moment(value, 'HH:mm')}
    onChange={(chosen) => onChange(chosen?.format('HH:mm') ?? '')}
  />
)
