import { Button, Input, Segmented } from 'antd'
import type { WorkTime } from '../../../../src/opinion/clocks/clock-contract.ts'
import { useText } from '../../i18n/text.ts'
import { DayInput } from '../../ui/day-input.tsx'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'
import { Panel } from '../../ui/page.tsx'
import { PeriodsInput } from './periods.tsx'
import { PolicyShell } from './policy-shell.tsx'

type Periods = WorkTime['holiday']

/** When clocks in work time run. */
export const WorkTimeTab = () => (
  <PolicyShell
    kind="workTime"
    view={(document) => <View work={document} />}
    edit={(document, onChange) => <Edit work={document} onChange={onChange} />}
  />
)

const View = ({ work }: { work: WorkTime }) => {
  const t = useText()
  const words = t.grading
  const said = (periods: Periods) =>
    periods.length === 0 ? words.off : periods.map(({ from, to }) => `${from}–${to}`).join('，')
  return (
    <Panel title={words.tabs.workTime}>
      <p className="muted small">{words.workTimeNote}</p>
      <div className="week-text">
        {work.week.map((periods, day) => (
          <div key={words.weekdays[day]} style={{ display: 'contents' }}>
            <span className="muted">{words.weekdays[day]}</span>
            <span>{said(periods)}</span>
          </div>
        ))}
        <span className="muted">{words.holiday}</span>
        <span>{said(work.holiday)}</span>
        <span className="muted">{words.makeUp}</span>
        <span>{work.makeUpWorkday === null ? words.asMonday : said(work.makeUpWorkday)}</span>
        {(['holidays', 'workdays'] as const).map(
          (list) =>
            work[list].length > 0 && (
              <div key={list} style={{ display: 'contents' }}>
                <span className="muted">{list === 'holidays' ? words.ownHolidays : words.ownWorkdays}</span>
                <span>{work[list].map(({ date, name }) => `${date} ${name}`).join('，')}</span>
              </div>
            ),
        )}
      </div>
    </Panel>
  )
}

const Edit = ({ work, onChange }: { work: WorkTime; onChange: (work: WorkTime) => void }) => {
  const t = useText()
  const words = t.grading
  return (
    <Panel title={words.tabs.workTime}>
      <div className="stack-16">
        <p className="muted small">{words.workTimeNote}</p>
        <div className="week-text">
          {work.week.map((periods, day) => (
            <div key={words.weekdays[day]} style={{ display: 'contents' }}>
              <span>{words.weekdays[day]}</span>
              <PeriodsInput
                label={words.weekdays[day] ?? ''}
                value={periods}
                onChange={(next) => onChange({ ...work, week: work.week.map((one, i) => (i === day ? next : one)) })}
              />
            </div>
          ))}
          <span>{words.holiday}</span>
          <PeriodsInput
            label={words.holiday}
            value={work.holiday}
            onChange={(holiday) => onChange({ ...work, holiday })}
          />
          <span>{words.makeUp}</span>
          <span className="row">
            <Segmented
              size="small"
              aria-label={words.makeUp}
              value={work.makeUpWorkday === null ? 'same' : 'own'}
              onChange={(value) => onChange({ ...work, makeUpWorkday: value === 'same' ? null : (work.week[0] ?? []) })}
              options={[
                { value: 'same', label: words.asMonday },
                { value: 'own', label: words.ownHours },
              ]}
            />
            {work.makeUpWorkday !== null && (
              <PeriodsInput
                label={words.makeUp}
                value={work.makeUpWorkday}
                onChange={(makeUpWorkday) => onChange({ ...work, makeUpWorkday })}
              />
            )}
          </span>
        </div>
        {(['holidays', 'workdays'] as const).map((list) => {
          const title = list === 'holidays' ? words.ownHolidays : words.ownWorkdays
          const set = (next: WorkTime['holidays']) => onChange({ ...work, [list]: next })
          return (
            <div key={list} className="stack">
              <span className="strong">{title}</span>
              {keyed(work[list]).map(({ item, i, key }) => (
                <div key={key} className="row">
                  <DayInput
                    style={{ width: 150 }}
                    aria-label={`${title} ${words.day}`}
                    value={item.date}
                    onChange={(day) => set(work[list].map((one, at) => (at === i ? { ...one, date: day } : one)))}
                  />
                  <Input
                    maxLength={60}
                    style={{ width: 180 }}
                    aria-label={`${title} ${words.dayName}`}
                    placeholder={words.dayName}
                    value={item.name}
                    onChange={(event) =>
                      set(work[list].map((one, at) => (at === i ? { ...one, name: event.target.value } : one)))
                    }
                  />
                  <Button
                    size="small"
                    type="text"
                    aria-label={`${title} ${words.removePeriod}`}
                    icon={<Icon name="close" size={14} />}
                    onClick={() => set(work[list].filter((_, at) => at !== i))}
                  />
                </div>
              ))}
              <div>
                <Button
                  size="small"
                  aria-label={`${words.addDay} ${title}`}
                  onClick={() => set([...work[list], { date: '', name: '' }])}
                >
                  {words.addDay}
                </Button>
              </div>
            </div>
          )
        })}
      </div>
    </Panel>
  )
}
