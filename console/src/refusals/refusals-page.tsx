import './refusals.css'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { DayInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Tile } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { CampaignSelect } from './campaign-select.tsx'
import { getReport } from './refusal-calls.ts'
import type { Refusal, RefusalReport } from './refusal-shapes.ts'
import { RefusedPeople } from './refused-people.tsx'

/** Why people were not reached by a campaign: by reason, step and day. */
export const RefusalsPage = () => {
  const t = useText()
  const words = t.refusals
  const navigate = useNavigate()
  const { campaign } = useSearch({ from: '/inside/refusals' })
  return (
    <Page title={words.report} subtitle={words.reportHint} back={{ to: '/campaigns', label: t.campaigns.title }}>
      <div className="stack-16">
        <Panel>
          <Field label={words.pickCampaign}>
            <CampaignSelect
              value={campaign}
              onChange={(id) => navigate({ to: '/refusals', search: { campaign: id }, replace: true })}
            />
          </Field>
        </Panel>
        {campaign === undefined ? (
          <Panel>
            <Blank icon="exclusion" title={words.pickCampaign} hint={words.pickCampaignHint} />
          </Panel>
        ) : (
          <Report key={campaign} campaignId={campaign} />
        )}
      </div>
    </Page>
  )
}

const Report = ({ campaignId }: { campaignId: number }) => {
  const t = useText()
  const words = t.refusals
  const [filter, setFilter] = useState<{ from?: string; to?: string; step?: string }>({})
  const steps = useQuery({
    queryKey: ['refusals', 'report', campaignId, {}],
    queryFn: ({ signal }) => getReport(campaignId, {}, signal),
  })
  const report = useQuery({
    queryKey: ['refusals', 'report', campaignId, filter],
    queryFn: ({ signal }) => getReport(campaignId, filter, signal),
    placeholderData: (before) => before,
  })
  const day = (name: 'from' | 'to', value: string) =>
    setFilter(({ [name]: _, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }))
  return (
    <Loaded query={report} lines={6}>
      {(data) => (
        <div className="stack-16">
          <Panel
            extra={
              data.decided > 0 && (
                <Button size="small" icon={<Icon name="download" size={14} />} onClick={() => saveCsv(data, t)}>
                  {words.download}
                </Button>
              )
            }
            title={words.report}
          >
            <div className="stack-16">
              <div className="row">
                <Select
                  aria-label={words.step}
                  style={{ minWidth: 160 }}
                  value={filter.step ?? ''}
                  onChange={(step: string) =>
                    setFilter(({ step: _, ...rest }) => (step === '' ? rest : { ...rest, step }))
                  }
                  options={[
                    { value: '', label: words.allSteps },
                    ...(steps.data?.steps ?? []).map(({ step, name }) => ({ value: step, label: name ?? step })),
                  ]}
                />
                <DayInput
                  style={{ width: 150 }}
                  aria-label={t.ui.since}
                  placeholder={t.ui.since}
                  value={filter.from ?? ''}
                  onChange={(chosen) => day('from', chosen)}
                />
                <DayInput
                  style={{ width: 150 }}
                  aria-label={t.ui.until}
                  placeholder={t.ui.until}
                  value={filter.to ?? ''}
                  onChange={(chosen) => day('to', chosen)}
                />
              </div>
              {data.decided === 0 ? (
                <Blank icon="exclusion" title={words.noVerdicts} hint={words.noVerdictsHint} />
              ) : (
                <Figures report={data} />
              )}
            </div>
          </Panel>
          {data.decided > 0 && (
            <>
              <Reasons campaignId={campaignId} report={data} step={filter.step} />
              <Days report={data} />
              {data.steps.length > 1 && <Steps report={data} />}
            </>
          )}
        </div>
      )}
    </Loaded>
  )
}

const Figures = ({ report: { decided, passed, refused } }: { report: RefusalReport }) => {
  const t = useText()
  const format = useFormats()
  const words = t.refusals
  return (
    <div className="refusal-figures">
      <Tile label={words.decided} value={format.count(decided)} />
      <Tile label={words.passedCount} value={format.count(passed)} note={format.share(passed / decided)} />
      <Tile label={words.refusedCount} value={format.count(refused)} note={format.share(refused / decided)} />
    </div>
  )
}

const Reasons = ({
  campaignId,
  report: { reasons, refused },
  step,
}: {
  campaignId: number
  report: RefusalReport
  step: string | undefined
}) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const words = t.refusals
  const [shown, setShown] = useState<Refusal>()
  const [people, setPeople] = useState<Refusal>()
  return (
    <Panel title={words.byReason}>
      <ul>
        {reasons.map(({ code, count, share, group }) => {
          const delicate = group === 'exclusion' || group === 'suitability'
          const open = shown === code
          const { name, why, source, remedy } = words.codes[code]
          return (
            <li key={code} className="refusal-row">
              <button
                type="button"
                className="refusal-name"
                aria-expanded={open}
                onClick={() => setShown(open ? undefined : code)}
              >
                {name}
              </button>
              <div className="refusal-track">
                <div className="refusal-fill" style={{ width: `${(count / refused) * 100}%` }} />
              </div>
              <span className="refusal-figure">
                <strong>{format.count(count)}</strong> <span className="muted small">{format.share(share)}</span>
              </span>
              {open && (
                <div className="refusal-row-why reason-text small">
                  <p>{why}</p>
                  <p className="muted">
                    {words.source}：{source}
                  </p>
                  <p className="muted">
                    {words.remedy}：{remedy}
                  </p>
                  {can('customers.read') && (!delicate || can('exclusions.read')) && (
                    <Button size="small" icon={<Icon name="customers" size={14} />} onClick={() => setPeople(code)}>
                      {words.people}
                    </Button>
                  )}
                </div>
              )}
            </li>
          )
        })}
      </ul>
      {people && (
        <RefusedPeople campaignId={campaignId} code={people} step={step} onClose={() => setPeople(undefined)} />
      )}
    </Panel>
  )
}

const dayMs = 86_400_000
/** A picture of fewer days says nothing. */
const fewestDays = 14

/** Every day from the first to the last, at least two weeks; days without verdicts are nought. */
const everyDay = (days: RefusalReport['days']): RefusalReport['days'] => {
  const [first, last] = [days[0]?.day, days.at(-1)?.day]
  if (first === undefined || last === undefined) return []
  const known = new Map(days.map((day) => [day.day, day]))
  const end = Date.parse(last)
  const start = Math.min(Date.parse(first), end - (fewestDays - 1) * dayMs)
  return Array.from({ length: (end - start) / dayMs + 1 }, (_, i) => {
    const day = new Date(start + i * dayMs).toISOString().slice(0, 10)
    return known.get(day) ?? { day, passed: 0, reasons: {} }
  })
}

const Days = ({ report }: { report: RefusalReport }) => {
  const t = useText()
  const words = t.refusals
  const days = everyDay(report.days)
  const at = (day: string) => `${day}T00:00:00+08:00`
  return (
    <Panel title={words.byDay}>
      <Chart
        label={words.byDay}
        tick="date"
        height={220}
        series={[
          {
            name: words.passedCount,
            kind: 'bar',
            color: 'teal',
            stack: 'all',
            points: days.map(({ day, passed }) => ({ at: at(day), value: passed })),
          },
          {
            name: words.refusedCount,
            kind: 'bar',
            color: 'amber',
            stack: 'all',
            points: days.map(({ day, reasons }) => ({
              at: at(day),
              value: Object.values(reasons).reduce((sum, count) => sum + count, 0),
            })),
          },
        ]}
      />
    </Panel>
  )
}

const Steps = ({ report: { steps } }: { report: RefusalReport }) => {
  const t = useText()
  const format = useFormats()
  const words = t.refusals
  return (
    <Panel title={words.byStep}>
      <ul className="send-list">
        {steps.map(({ step, name, decided, refused, reasons }) => (
          <li key={step}>
            <div className="send-head">
              <strong>{name ?? step}</strong>
              <span className="send-time">
                {words.refusedCount} {format.count(refused)} / {format.count(decided)}
              </span>
            </div>
            <p className="small muted">
              {reasons.map(({ code, count }) => `${words.codes[code].name} ${format.count(count)}`).join(' · ')}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** By step and reason, as spreadsheets read it. */
const saveCsv = ({ steps }: RefusalReport, t: ReturnType<typeof useText>): void => {
  const words = t.refusals
  const cell = (value: string | number) => `"${String(value).replaceAll('"', '""')}"`
  const lines = [
    [words.step, words.reason, words.refusedCount, words.share, words.source],
    ...steps.flatMap(({ step, name, reasons }) =>
      reasons.map(({ code, count, share }) => [
        name ?? step,
        words.codes[code].name,
        count,
        `${(share * 100).toFixed(1)}%`,
        words.codes[code].source,
      ]),
    ),
  ]
  const url = URL.createObjectURL(
    new Blob([`\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}`], { type: 'text/csv' }),
  )
  const link = document.createElement('a')
  link.href = url
  link.download = 'refusals.csv'
  link.click()
  URL.revokeObjectURL(url)
}
