import { useState } from 'react'
import type { EventDetail, Timeline } from '../../../../src/opinion/events/events-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'

const width = 960
const height = 220
const pad = { left: 40, right: 12, top: 12, bottom: 24 }

/** Posts over time, negative ones apart, bursts shaded, and the expected rate of the coming hours with its interval. */
export const TimelineChart = ({ timeline, event }: { timeline: Timeline; event: EventDetail }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const [at, point] = useState<number>()
  const { points, forecast, stepMinutes } = timeline
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return null
  const stepMs = stepMinutes * 60_000
  const start = new Date(first.at).getTime()
  const ahead = forecast?.points.at(-1)
  const end = Math.max(
    new Date(last.at).getTime() + stepMs,
    ahead ? new Date(ahead.at).getTime() : 0,
    ...timeline.statements.map(({ at }) => new Date(at).getTime()),
  )
  const perStep = forecast ? stepsOf(forecast, stepMs) : []
  const highest = Math.max(...points.map(({ posts }) => posts))
  // The interval of a young story may be far above all that was: it is cut at three times that.
  const most = 2 * Math.ceil(Math.max(2, highest, ...perStep.map(({ high }) => Math.min(high, 3 * highest))) / 2)
  const x = (time: number) => pad.left + ((time - start) / Math.max(1, end - start)) * (width - pad.left - pad.right)
  const y = (value: number) => height - pad.bottom - (Math.min(value, most) / most) * (height - pad.top - pad.bottom)
  const bar = Math.max(1, (x(start + stepMs) - x(start)) * 0.82)
  const shown = at === undefined ? undefined : points[at]
  const ticks = Array.from({ length: 5 }, (_, n) => start + ((end - start) * n) / 4)
  const label = words.timelineLabel(
    stepMinutes === 5 ? words.step.m5 : stepMinutes === 60 ? words.step.h1 : words.step.d1,
  )
  const tickText = (time: number) => (end - start < 36 * 3_600_000 ? format.minute(time) : format.dayHour(time))
  return (
    <figure className="timeline">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={label}
        preserveAspectRatio="none"
        onPointerLeave={() => point(undefined)}
        onPointerMove={(move) => {
          const box = move.currentTarget.getBoundingClientRect()
          const time =
            start +
            (((move.clientX - box.left) / box.width) * width - pad.left) *
              ((end - start) / (width - pad.left - pad.right))
          const index = Math.floor((time - start) / stepMs)
          point(index >= 0 && index < points.length ? index : undefined)
        }}
      >
        {event.bursts.map((burst) => {
          const from = Math.max(start, new Date(burst.beganAt).getTime())
          const until = Math.min(
            end,
            burst.endedAt
              ? new Date(burst.endedAt).getTime()
              : Math.max(from + stepMs, new Date(event.lastAt).getTime()),
          )
          return (
            <rect
              key={burst.id}
              className="timeline-burst"
              x={x(from)}
              y={pad.top}
              width={Math.max(2, x(until) - x(from))}
              height={height - pad.top - pad.bottom}
            />
          )
        })}
        {[0.5, 1].map((share) => (
          <g key={share}>
            <line
              className="timeline-grid"
              x1={pad.left}
              x2={width - pad.right}
              y1={y(most * share)}
              y2={y(most * share)}
            />
            <text x={pad.left - 6} y={y(most * share) + 4} textAnchor="end">
              {format.short(Math.round(most * share))}
            </text>
          </g>
        ))}
        <line className="timeline-axis" x1={pad.left} x2={width - pad.right} y1={y(0)} y2={y(0)} />
        {points.map(({ at, posts, negative }) => (
          <g key={at}>
            <rect
              className="timeline-other"
              x={x(new Date(at).getTime())}
              width={bar}
              y={y(posts)}
              height={Math.max(0, y(negative) - y(posts))}
            />
            <rect
              className="timeline-negative"
              x={x(new Date(at).getTime())}
              width={bar}
              y={y(negative)}
              height={Math.max(0, y(0) - y(negative))}
            />
          </g>
        ))}
        {perStep.length > 0 && (
          <g>
            <polygon
              className="timeline-band"
              points={[
                ...perStep.map(({ time, high }) => `${x(time)},${y(high)}`),
                ...perStep.toReversed().map(({ time, low }) => `${x(time)},${y(low)}`),
              ].join(' ')}
            />
            <polyline
              className="timeline-expected"
              points={perStep.map(({ time, expected }) => `${x(time)},${y(expected)}`).join(' ')}
            />
          </g>
        )}
        {timeline.statements.map(({ id, at, title, place }) => (
          <g key={id}>
            <title>{`${words.statement}：${title} · ${place} · ${format.dateTime(at)}`}</title>
            <line
              className="timeline-statement"
              x1={x(new Date(at).getTime())}
              x2={x(new Date(at).getTime())}
              y1={pad.top}
              y2={y(0)}
            />
            <circle className="timeline-statement-head" cx={x(new Date(at).getTime())} cy={pad.top} r={5} />
          </g>
        ))}
        {ticks.map((time, n) => (
          <text key={time} x={x(time)} y={height - 6} textAnchor={n === 0 ? 'start' : n === 4 ? 'end' : 'middle'}>
            {tickText(time)}
          </text>
        ))}
      </svg>
      <figcaption className="timeline-caption">
        {shown ? (
          <span>
            {format.dayHour(shown.at)} · {format.count(shown.posts)} {words.posts} · {words.negativePosts}{' '}
            {format.count(shown.negative)} · {format.count(shown.authors)} {words.authors}
          </span>
        ) : (
          <span className="timeline-legend">
            <i className="legend-negative" /> {words.negativePosts} <i className="legend-other" /> {words.otherPosts}
            {event.bursts.length > 0 && (
              <>
                <i className="legend-burst" /> {words.burstsTitle}
              </>
            )}
            {timeline.statements.length > 0 && (
              <>
                <i className="legend-statement" /> {words.statement}
              </>
            )}
            {perStep.length > 0 && (
              <>
                <i className="legend-band" /> {words.forecast}
              </>
            )}
          </span>
        )}
      </figcaption>
    </figure>
  )
}

/** Totals of coming hours as posts per step of the chart: differences between horizons, spread evenly. */
const stepsOf = (forecast: NonNullable<Timeline['forecast']>, stepMs: number) => {
  const steps: { time: number; expected: number; low: number; high: number }[] = []
  let before = { at: 0, expected: 0, low: 0, high: 0 }
  for (const [n, { at, expected, low, high }] of forecast.points.entries()) {
    const time = new Date(at).getTime()
    const from = n === 0 ? time - 3_600_000 : before.at
    const share = stepMs / Math.max(1, time - from)
    const step = {
      expected: Math.max(0, expected - before.expected) * share,
      low: Math.max(0, low - before.low) * share,
      high: Math.max(0, high - before.high) * share,
    }
    steps.push({ time: from, ...step }, { time, ...step })
    before = { at: time, expected, low, high }
  }
  return steps
}
