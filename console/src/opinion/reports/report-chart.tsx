import type { ReportChart } from '../../../../src/opinion/reports/report-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { keyed } from '../../ui/keyed.ts'

/** A chart of a report, drawn to the width there is. The files hold the same one as a picture. */
export const ReportPicture = ({ chart, title }: { chart: ReportChart; title: string }) => (
  <figure className="report-chart" aria-label={title}>
    <figcaption>
      {chart.series.map(({ name, tone }) => (
        <span key={name}>
          <i className={`report-tone-${tone}`} /> {name}
        </span>
      ))}
    </figcaption>
    {chart.kind === 'bars' || chart.labels.length < 3 ? <Bars chart={chart} /> : <Lines chart={chart} />}
  </figure>
)

const Bars = ({ chart: { labels, series } }: { chart: ReportChart }) => {
  const format = useFormats()
  const most = Math.max(1, ...series.flatMap(({ values }) => values))
  return (
    <div className="report-bars">
      {keyed(labels).map(({ item: label, i, key }) => (
        <div key={key} className="report-bar">
          <span>{label}</span>
          <div>
            {series.map(({ name, tone, values }) => (
              <div key={name} className="report-bar-line">
                <i className={`report-tone-${tone}`} style={{ width: `${((values[i] ?? 0) / most) * 100}%` }} />
                <small>{format.count(values[i] ?? 0)}</small>
              </div>
            ))}
          </div>
        </div>
      ))}
    </div>
  )
}

const width = 960
const height = 180

const Lines = ({ chart: { labels, series } }: { chart: ReportChart }) => {
  const format = useFormats()
  const most = Math.max(1, ...series.flatMap(({ values }) => values))
  const last = Math.max(1, labels.length - 1)
  const x = (index: number) => (index / last) * width
  const y = (value: number) => height - 4 - (value / most) * (height - 12)
  const shown = [...new Set([0, 0.5, 1].map((share) => Math.round(last * share)))]
  return (
    <div className="report-lines">
      <div className="report-scale" aria-hidden="true">
        <span>{format.short(most)}</span>
        <span>0</span>
      </div>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={series.map(({ name }) => name).join(' · ')}
      >
        {[0, 0.5, 1].map((share) => (
          <line key={share} className="report-grid" x1={0} x2={width} y1={y(most * share)} y2={y(most * share)} />
        ))}
        {series.map(({ name, tone, values }) => (
          <polyline
            key={name}
            className={`report-line report-tone-${tone}`}
            points={values.map((value, index) => `${x(index)},${y(value)}`).join(' ')}
          />
        ))}
        {labels.map((label, index) => (
          <rect key={label} className="report-hover" x={x(index - 0.5)} y={0} width={width / last} height={height}>
            <title>
              {[label, ...series.map(({ name, values }) => `${name} ${format.count(values[index] ?? 0)}`)].join(' · ')}
            </title>
          </rect>
        ))}
      </svg>
      <div className="report-ticks" aria-hidden="true">
        {shown.map((index) => (
          <span key={index}>{labels[index]}</span>
        ))}
      </div>
    </div>
  )
}
