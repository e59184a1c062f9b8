import { Segmented } from 'antd'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Tabs, Tile } from '../ui/marks.tsx'
import { Blank } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import type { Answer, AnswerOf, AskedQuestion, Group } from './insight-shapes.ts'
import { PictureOf } from './lazy-picture.tsx'
import { spanText } from './lengths.ts'
import type { Behind } from './people-drawer.tsx'
import { eventNameIn } from './pickers.tsx'
import type { Picked } from './picture-chart.tsx'
import {
  bucketName,
  className,
  convertTimes,
  isEmpty,
  lineName,
  modelNames,
  type Paint,
  pictureOf,
  sessionLengths,
  trimmed,
  type Words,
} from './pictures.ts'

export type Show = (behind: Behind) => void

/** What pictures and tables need to speak. */
export const useWords = (): Words => {
  const t = useText()
  const format = useFormats()
  return useMemo(() => ({ t, format, eventName: eventNameIn(t) }), [t, format])
}

/** The picture of an answer by itself, as on a dashboard. */
export const AnswerPicture = ({
  question,
  answer,
  height,
  onPick,
}: {
  question: AskedQuestion
  answer: Answer
  height?: number
  onPick?: (picked: Picked) => void
}) => {
  const words = useWords()
  const draw = useCallback((paint: Paint) => pictureOf(words, paint, question, answer), [answer, question, words])
  return (
    <PictureOf
      draw={draw}
      label={words.t.insights.kinds[answer.kind]}
      {...(height === undefined ? {} : { height })}
      {...(onPick ? { onPick } : {})}
    />
  )
}

/** An answer in full: picture, figures, and from each figure the way to its people. */
export const AnswerView = ({ question, answer, onShow }: { question: AskedQuestion; answer: Answer; onShow: Show }) => {
  const t = useText()
  if (isEmpty(answer)) return <Blank icon="event" title={t.insights.nothing} hint={t.insights.nothingHint} />
  switch (answer.kind) {
    case 'trend':
      return <TrendView question={question} answer={answer} onShow={onShow} />
    case 'funnel':
      return <FunnelView question={question} answer={answer} onShow={onShow} />
    case 'retention':
      return <RetentionView question={question} answer={answer} onShow={onShow} />
    case 'sessions':
      return <SessionsView question={question} answer={answer} onShow={onShow} />
    case 'paths':
      return <PathsView question={question} answer={answer} onShow={onShow} />
    case 'interval':
      return <IntervalView question={question} answer={answer} onShow={onShow} />
    case 'attribution':
      return <AttributionView question={question} answer={answer} onShow={onShow} />
  }
}

interface ViewProps<K extends Answer['kind']> {
  question: AskedQuestion
  answer: AnswerOf<K>
  onShow: Show
}

/** A number that leads to its people, for who may go there. */
const Count = ({ children, title, onClick }: { children: ReactNode; title: string; onClick: () => void }) => {
  const t = useText()
  const can = useCan()
  if (!can('customers.read') && !can('audiences.write')) return <>{children}</>
  return (
    <button
      type="button"
      className="q-count"
      title={t.insights.showPeople(title)}
      aria-label={t.insights.showPeople(title)}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

interface Grouped {
  group: string | null
  others: boolean
}
const groupOf = ({ group, others }: Grouped, all: readonly Grouped[]): { group?: Group } => {
  if (group === null) return {}
  if (!others) return { group: { is: group } }
  return { group: { notIn: all.filter((one) => !one.others).map((one) => one.group ?? '') } }
}
const useGroupName = () => {
  const { insights } = useText()
  return ({ group, others }: Grouped) =>
    others ? insights.others : group === '' ? insights.none : (group ?? insights.all)
}

const TrendView = ({ question, answer, onShow }: ViewProps<'trend'>) => {
  const words = useWords()
  const { t, format } = words
  const unique = new Map<string, (typeof answer.lines)[number]>()
  for (const line of answer.lines) unique.set(`${line.series} ${line.group} ${line.others}`, line)
  const all = [...unique.values()]
  const behind = (line: (typeof answer.lines)[number], at?: string): Behind | undefined =>
    line.series === null || line.compared
      ? undefined
      : {
          title: [lineName(words, question, line), at ? bucketName(words, question, at) : null]
            .filter(Boolean)
            .join(' · '),
          place: { kind: 'trend', series: line.series, ...(at ? { at } : {}), ...groupOf(line, all) },
        }
  const show = (found: Behind | undefined) => found && onShow(found)
  const valueText = (value: number | null) => (value === null ? '—' : format.decimal(value))
  return (
    <>
      <AnswerPicture
        question={question}
        answer={answer}
        onPick={({ seriesIndex, dataIndex }) => {
          const line = answer.lines[seriesIndex]
          if (line) show(behind(line, answer.buckets[dataIndex]?.at))
        }}
      />
      <Table
        label={t.insights.series}
        rows={answer.lines}
        rowKey={(line) => lineName(words, question, line)}
        blank={null}
        columns={[
          {
            key: 'name',
            title: t.insights.series,
            card: 'lead',
            cell: (line) => <span className="q-line">{lineName(words, question, line)}</span>,
          },
          {
            key: 'total',
            title: t.insights.total,
            align: 'right',
            cell: (line) => {
              const found = behind(line)
              return found ? (
                <Count title={found.title} onClick={() => show(found)}>
                  {valueText(line.total)}
                </Count>
              ) : (
                valueText(line.total)
              )
            },
          },
          ...answer.buckets.slice(-5).map((bucket, i) => ({
            key: bucket.at,
            title: bucketName(words, question, bucket.at),
            align: 'right' as const,
            card: 'wide' as const,
            cell: (line: (typeof answer.lines)[number]) => {
              const value = line.values[Math.max(0, answer.buckets.length - 5) + i] ?? null
              const found = behind(line, bucket.at)
              return found && value ? (
                <Count title={found.title} onClick={() => show(found)}>
                  {valueText(value)}
                </Count>
              ) : (
                valueText(value)
              )
            },
          })),
        ]}
      />
    </>
  )
}

const FunnelView = ({ question, answer, onShow }: ViewProps<'funnel'>) => {
  const words = useWords()
  const { t, format, eventName } = words
  const groupName = useGroupName()
  const [chosen, setChosen] = useState(0)
  const group = answer.groups[chosen] ?? answer.groups[0]
  const most = Math.max(1, ...(group?.steps.map(({ people }) => people) ?? []))
  const steps = question.kind === 'funnel' ? question.steps : []
  const last = group?.steps.at(-1)
  const histogram = group?.histogram
  const drawTimes = useCallback((paint: Paint) => convertTimes(words, paint, histogram ?? []), [histogram, words])
  if (!group) return null
  const show = (step: number, outcome: 'reached' | 'dropped') => {
    const name = `${t.insights.step(step)} ${eventName(steps[step - 1]?.event ?? '')} · ${outcome === 'reached' ? t.insights.reached : t.insights.dropped}`
    const of = answer.groups.length > 1 ? `${groupName(group)} · ${name}` : name
    onShow({ title: of, place: { kind: 'funnel', step, outcome, ...groupOf(group, answer.groups) } })
  }
  return (
    <>
      {answer.groups.length > 1 && (
        <>
          <AnswerPicture
            question={question}
            answer={answer}
            height={260}
            onPick={({ seriesIndex }) => setChosen(seriesIndex)}
          />
          <div className="panel-space">
            <Tabs
              label={t.insights.breakdown}
              value={String(chosen)}
              onChange={(key) => setChosen(Number(key))}
              items={answer.groups.map((one, i) => ({ key: String(i), label: groupName(one) }))}
            />
          </div>
        </>
      )}
      <div className="tiles">
        <Tile
          label={t.insights.conversion}
          value={last?.ofFirst === null || last?.ofFirst === undefined ? '—' : format.share(last.ofFirst)}
        />
        <Tile
          label={t.insights.reached}
          value={format.count(group.steps[0]?.people ?? 0)}
          note={eventName(steps[0]?.event ?? '')}
        />
        {last?.fromFirst?.median !== null && last?.fromFirst && (
          <Tile
            label={t.insights.medianTime}
            value={spanText(t, format, last.fromFirst.median ?? 0)}
            note={t.insights.fromFirst}
          />
        )}
      </div>
      <ol className="funnel" aria-label={t.insights.kinds.funnel}>
        {group.steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
          <li key={i} className="funnel-step">
            <div className="funnel-head">
              <span className="q-number">{i + 1}</span>
              <strong className="funnel-name">{eventName(steps[i]?.event ?? '')}</strong>
              <Count title={`${t.insights.step(i + 1)} · ${t.insights.reached}`} onClick={() => show(i + 1, 'reached')}>
                {format.count(step.people)}
              </Count>
              <span className="muted">
                {step.ofFirst === null ? '' : `${format.share(step.ofFirst)} ${i === 0 ? '' : t.insights.ofFirst}`}
              </span>
            </div>
            <div className="funnel-track">
              <div className="funnel-fill" style={{ width: `${(step.people / most) * 100}%` }} />
            </div>
            {i > 0 && (
              <div className="funnel-foot">
                <span>
                  {t.insights.ofBefore} <strong>{step.ofBefore === null ? '—' : format.share(step.ofBefore)}</strong>
                </span>
                <span>
                  {t.insights.dropped}{' '}
                  <Count
                    title={`${t.insights.step(i + 1)} · ${t.insights.dropped}`}
                    onClick={() => show(i + 1, 'dropped')}
                  >
                    {format.count(step.dropped)}
                  </Count>
                </span>
                {step.fromBefore?.median !== null && step.fromBefore && (
                  <span>
                    {t.insights.medianTime} <strong>{spanText(t, format, step.fromBefore.median ?? 0)}</strong>{' '}
                    {t.insights.fromBefore}
                  </span>
                )}
              </div>
            )}
          </li>
        ))}
      </ol>
      {histogram?.some(({ people }) => people > 0) && (
        <>
          <h3 className="q-heading">{t.insights.timeHistogram}</h3>
          <PictureOf draw={drawTimes} label={t.insights.timeHistogram} height={220} />
        </>
      )}
    </>
  )
}

const RetentionView = ({ question, answer, onShow }: ViewProps<'retention'>) => {
  const { t, format } = useWords()
  const groupName = useGroupName()
  const [chosen, setChosen] = useState(0)
  const group = answer.groups[chosen] ?? answer.groups[0]
  if (!group) return null
  const unit = t.insights.unitName[question.kind === 'retention' ? (question.unit ?? 'week') : 'week']
  const show = (cohort: string, place?: number) =>
    onShow({
      title: [
        format.date(cohort),
        place === undefined ? null : `${unit} ${place}`,
        answer.groups.length > 1 ? groupName(group) : null,
      ]
        .filter((part) => part !== null)
        .join(' · '),
      place: {
        kind: 'retention',
        cohort,
        outcome: 'returned',
        ...(place === undefined ? {} : { unit: place }),
        ...groupOf(group, answer.groups),
      },
    })
  const rows = group.cohorts.filter(({ people }) => people > 0)
  return (
    <>
      {answer.groups.length > 1 && (
        <div className="panel-space">
          <Tabs
            label={t.insights.breakdown}
            value={String(chosen)}
            onChange={(key) => setChosen(Number(key))}
            items={answer.groups.map((one, i) => ({ key: String(i), label: groupName(one) }))}
          />
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so the keyboard must reach it */}
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={t.insights.kinds.retention}>
        <table className="heat" aria-label={t.insights.kinds.retention}>
          <thead>
            <tr>
              <th scope="col">{t.insights.cohort}</th>
              <th scope="col">{t.insights.size}</th>
              {group.shares.map((_, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: units are known by their place
                <th key={i} scope="col">
                  {unit} {i}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr className="heat-average">
              <th scope="row">{t.insights.average}</th>
              <td>{format.count(rows.reduce((sum, { people }) => sum + people, 0))}</td>
              {group.shares.map((share, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: units are known by their place
                <td key={i}>{share === null ? '—' : format.share(share)}</td>
              ))}
            </tr>
            {rows.map((cohort) => (
              <tr key={cohort.at}>
                <th scope="row">{format.date(cohort.at)}</th>
                <td>
                  <Count title={format.date(cohort.at)} onClick={() => show(cohort.at)}>
                    {format.count(cohort.people)}
                  </Count>
                </td>
                {cohort.units.map((cell, i) => {
                  const share = cell ? cell.people / cohort.people : 0
                  return (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: units are known by their place
                      key={i}
                      className={cell?.open ? 'heat-open' : ''}
                      style={
                        cell
                          ? { background: `color-mix(in srgb, var(--teal) ${Math.round(share * 62)}%, transparent)` }
                          : {}
                      }
                      title={
                        cell ? `${format.count(cell.people)}${cell.open ? ` · ${t.insights.open}` : ''}` : undefined
                      }
                    >
                      {cell && (
                        <Count title={`${format.date(cohort.at)} · ${unit} ${i}`} onClick={() => show(cohort.at, i)}>
                          {format.share(share)}
                        </Count>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

const SessionsView = ({ question, answer, onShow }: ViewProps<'sessions'>) => {
  const words = useWords()
  const { t, format, eventName } = words
  const drawLengths = useCallback((paint: Paint) => sessionLengths(words, paint, answer), [answer, words])
  const ends = [
    ['entry', t.insights.entriesOf, answer.entries],
    ['exit', t.insights.exitsOf, answer.exits],
  ] as const
  return (
    <>
      <div className="tiles">
        <Tile label={t.insights.sessions} value={format.count(answer.sessions)} />
        <Tile
          label={t.insights.sessionsPeople}
          value={
            <Count
              title={t.insights.sessionsPeople}
              onClick={() => onShow({ title: t.insights.sessionsPeople, place: { kind: 'sessions' } })}
            >
              {format.count(answer.people)}
            </Count>
          }
        />
        <Tile
          label={t.insights.length}
          value={answer.lengthMs.median === null ? '—' : spanText(t, format, answer.lengthMs.median)}
          note={`${t.insights.avg} ${answer.lengthMs.avg === null ? '—' : spanText(t, format, answer.lengthMs.avg)}`}
        />
        <Tile
          label={t.insights.perSession}
          value={answer.perSession.avg === null ? '—' : format.decimal(answer.perSession.avg)}
          note={`${t.insights.single} ${format.share(answer.single / answer.sessions)}`}
        />
      </div>
      <AnswerPicture question={question} answer={answer} height={240} />
      <h3 className="q-heading">{t.insights.lengthHistogram}</h3>
      <PictureOf draw={drawLengths} label={t.insights.lengthHistogram} height={220} />
      <div className="q-halves">
        {ends.map(([side, title, list]) => (
          <Table
            key={side}
            label={title}
            rows={list}
            rowKey={({ event }) => event}
            blank={null}
            columns={[
              {
                key: 'event',
                title,
                card: 'lead',
                cell: ({ event }) => (event === '' ? t.insights.others : eventName(event)),
              },
              {
                key: 'sessions',
                title: t.insights.sessions,
                align: 'right',
                cell: ({ event, sessions }) => (
                  <Count
                    title={`${title} ${eventName(event)}`}
                    onClick={() =>
                      onShow({ title: `${title} · ${eventName(event)}`, place: { kind: 'sessions', [side]: event } })
                    }
                  >
                    {format.count(sessions)} · {format.share(sessions / answer.sessions)}
                  </Count>
                ),
              },
            ]}
          />
        ))}
      </div>
    </>
  )
}

const PathsView = ({ question, answer, onShow }: ViewProps<'paths'>) => {
  const { t, format, eventName } = useWords()
  const name = (event: string | null) => (event === null ? t.insights.others : eventName(event))
  return (
    <>
      <div className="tiles">
        <Tile
          label={t.insights.paths}
          value={format.count(answer.paths)}
          note={answer.cut ? t.insights.cut : undefined}
        />
        <Tile label={t.insights.size} value={format.count(answer.people)} />
      </div>
      <div className="sankey-scroll">
        <div className="sankey">
          <AnswerPicture question={question} answer={answer} height={420} />
        </div>
      </div>
      <Table
        label={t.insights.paths}
        rows={answer.links.toSorted((a, b) => b.paths - a.paths).slice(0, 30)}
        rowKey={({ step, from, to }) => `${step} ${from} ${to}`}
        blank={null}
        columns={[
          { key: 'step', title: t.insights.stepColumn, fit: true, cell: ({ step }) => step },
          { key: 'from', title: t.insights.from, card: 'lead', cell: ({ from, to }) => `${name(from)} → ${name(to)}` },
          {
            key: 'paths',
            title: t.insights.paths,
            align: 'right',
            cell: ({ step, from, to, paths }) => {
              const title = `${name(from)} → ${name(to)}`
              return (
                <Count
                  title={title}
                  onClick={() => onShow({ title, place: { kind: 'paths', step, event: from, next: to } })}
                >
                  {format.count(paths)}
                </Count>
              )
            },
          },
        ]}
      />
    </>
  )
}

const IntervalView = ({ question, answer, onShow }: ViewProps<'interval'>) => {
  const words = useWords()
  const { t, format } = words
  const groupName = useGroupName()
  const rows = answer.groups.flatMap((group) =>
    trimmed(group.histogram, ({ pairs }) => pairs).map((one) => ({ ...one, of: group })),
  )
  const text = (ms: number | null) => (ms === null ? '—' : spanText(t, format, ms))
  const [first] = answer.groups
  return (
    <>
      <div className="tiles">
        <Tile label={t.insights.pairs} value={format.count(answer.groups.reduce((sum, { pairs }) => sum + pairs, 0))} />
        <Tile
          label={t.insights.measures.median}
          value={text(first?.ms.median ?? null)}
          note={first && answer.groups.length > 1 ? groupName(first) : undefined}
        />
        <Tile
          label={`${t.insights.measures.p25} – ${t.insights.measures.p75}`}
          value={`${text(first?.ms.p25 ?? null)} – ${text(first?.ms.p75 ?? null)}`}
        />
        <Tile label={t.insights.measures.p90} value={text(first?.ms.p90 ?? null)} />
      </div>
      <AnswerPicture question={question} answer={answer} height={280} />
      <Table
        label={t.insights.intervalHistogram}
        rows={rows}
        rowKey={({ of, toMs }) => `${of.group} ${toMs}`}
        blank={null}
        columns={[
          {
            key: 'class',
            title: t.insights.intervalHistogram,
            card: 'lead',
            cell: ({ toMs, of }) =>
              answer.groups.length > 1 ? `${groupName(of)} · ${className(words, toMs)}` : className(words, toMs),
          },
          {
            key: 'pairs',
            title: t.insights.pairs,
            align: 'right',
            cell: ({ fromMs, toMs, pairs, of }) => (
              <Count
                title={className(words, toMs)}
                onClick={() =>
                  onShow({
                    title: `${t.insights.kinds.interval} ${className(words, toMs)}`,
                    place: { kind: 'interval', ...(fromMs < 0 ? {} : { fromMs }), toMs, ...groupOf(of, answer.groups) },
                  })
                }
              >
                {format.count(pairs)}
              </Count>
            ),
          },
        ]}
      />
    </>
  )
}

const AttributionView = ({ question, answer, onShow }: ViewProps<'attribution'>) => {
  const { t, format } = useWords()
  const [worth, setWorth] = useState(false)
  const name = (channel: string) => (channel === '' ? t.insights.direct : channel)
  return (
    <>
      <div className="tiles">
        <Tile label={t.insights.conversions} value={format.count(answer.conversions)} />
        <Tile label={t.insights.worth} value={format.decimal(answer.value)} />
        <Tile label={t.insights.direct} value={format.count(answer.direct)} />
      </div>
      <AnswerPicture question={question} answer={answer} height={300} />
      <div className="q-bar">
        <Segmented
          size="small"
          aria-label={t.insights.kinds.attribution}
          value={worth ? 'worth' : 'conversions'}
          onChange={(next) => setWorth(next === 'worth')}
          options={[
            { value: 'conversions', label: t.insights.conversions },
            { value: 'worth', label: t.insights.worth },
          ]}
        />
      </div>
      <Table
        label={t.insights.kinds.attribution}
        rows={answer.channels}
        rowKey={({ channel }) => channel}
        blank={null}
        columns={[
          { key: 'channel', title: t.insights.channel, card: 'lead', cell: ({ channel }) => name(channel) },
          {
            key: 'touches',
            title: t.insights.touchCount,
            align: 'right',
            cell: ({ channel, touches }) => (
              <Count
                title={name(channel)}
                onClick={() =>
                  onShow({
                    title: `${t.insights.kinds.attribution} · ${name(channel)}`,
                    place: { kind: 'attribution', channel },
                  })
                }
              >
                {format.count(touches)}
              </Count>
            ),
          },
          ...modelNames.map((model) => ({
            key: model,
            title: t.insights.models[model],
            align: 'right' as const,
            cell: (row: (typeof answer.channels)[number]) =>
              format.decimal((worth ? row.value : row.conversions)[model]),
          })),
          {
            key: 'removal',
            title: t.insights.removal,
            align: 'right',
            cell: ({ removal }) => (removal === null ? '—' : format.share(removal)),
          },
        ]}
      />
    </>
  )
}
