import './offers.css'
import { useCallback } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { PictureOf } from '../insights/lazy-picture.tsx'
import type { Paint } from '../insights/pictures.ts'
import { Badge } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { percent } from './figures.ts'
import type { CapInForce, LoanCost } from './offer-shapes.ts'

/** Annual cost by both methods and where it stands below the cap. */
export const CostFigures = ({ cost, cap, worst }: { cost: LoanCost; cap: CapInForce | null; worst?: number }) => {
  const t = useText()
  const words = t.offers
  const compared = cap ? Math.max(cost[cap.compare], worst ?? 0) : cost.simple
  const above = cap !== null && Math.round(compared * 1e4) > Math.round(cap.limit * 1e4)
  const most = Math.max(compared, cap?.limit ?? 0) * 1.15 || 1
  return (
    <div>
      <div className="cost-figures">
        <div className={`cost-figure ${above && cap.compare === 'simple' ? 'bad' : ''}`}>
          <span className="muted">{words.simple}</span>
          <b className="num">{percent(cost.simple)}</b>
        </div>
        <div className={`cost-figure ${above && cap.compare === 'compound' ? 'bad' : ''}`}>
          <span className="muted">{words.compound}</span>
          <b className="num">{percent(cost.compound)}</b>
        </div>
      </div>
      {cap ? (
        <>
          <div
            className="cap-track"
            role="img"
            aria-label={words.capLine(percent(compared), percent(cap.limit))}
            style={{ marginTop: 34 }}
          >
            <div className={`cap-fill ${above ? 'bad' : ''}`} style={{ width: `${(compared / most) * 100}%` }} />
            <div className="cap-mark" style={{ left: `${(cap.limit / most) * 100}%` }}>
              <span>
                {words.cap} {percent(cap.limit)}
              </span>
            </div>
          </div>
          <p className="small">
            <Badge tone={above ? 'bad' : 'good'}>{above ? words.aboveCap : words.belowCap}</Badge>{' '}
            <span className="muted">
              {words.capText(percent(cap.limit), words.methods[cap.compare])} ·{' '}
              {words.capFrom(cap.validFrom, cap.source)}
            </span>
          </p>
        </>
      ) : (
        <p className="muted small">{words.noCap}</p>
      )}
    </div>
  )
}

/** Who receives what of all that is paid beyond the loan. */
export const PayeeBars = ({ cost }: { cost: LoanCost }) => {
  const t = useText()
  const format = useFormats()
  const most = Math.max(1, ...cost.byPayee.map(({ fen }) => fen))
  return (
    <ul>
      {cost.byPayee.map(({ payee, kind, name, fen }) => (
        <li key={`${kind} ${name} ${payee}`} className="payee">
          <span>
            {name || t.offers.feeKinds[kind]}
            {payee && <span className="muted small"> · {payee}</span>}
          </span>
          <span className="payee-track">
            <span className="payee-fill" style={{ width: `${(fen / most) * 100}%` }} />
          </span>
          <span className="num">{format.amount('Fen', fen)}</span>
        </li>
      ))}
    </ul>
  )
}

/** What comes in and goes out month by month, as bars. */
export const CashFlow = ({ cost }: { cost: LoanCost }) => {
  const t = useText()
  const format = useFormats()
  const words = t.offers
  const draw = useCallback(
    (paint: Paint) => {
      const text = { color: paint('ink-3'), fontFamily: paint('sans'), fontSize: 12 }
      const months = cost.schedule.map(({ no }) => String(no))
      const yuan = (fen: number) => format.amount('Fen', fen)
      const bars = (name: string, color: string, values: readonly number[]) => ({
        name,
        type: 'bar',
        stack: 'flow',
        itemStyle: { color: paint(color) },
        barMaxWidth: 26,
        data: [0, ...values.map((fen) => -fen / 100)],
      })
      return {
        grid: { left: 4, right: 8, top: 34, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 8, textStyle: text },
        tooltip: {
          trigger: 'axis',
          confine: true,
          backgroundColor: paint('surface'),
          borderColor: paint('line-2'),
          textStyle: { color: paint('ink'), fontSize: 13 },
          valueFormatter: (value: number) => yuan(Math.abs(value) * 100),
        },
        xAxis: { type: 'category', data: ['0', ...months], axisTick: { show: false }, axisLabel: text },
        yAxis: {
          type: 'value',
          splitLine: { lineStyle: { color: paint('line'), type: [3, 4] } },
          axisLabel: { ...text, formatter: (value: number) => format.short(value) },
        },
        series: [
          {
            name: words.into,
            type: 'bar',
            stack: 'flow',
            itemStyle: { color: paint('green') },
            barMaxWidth: 26,
            data: [cost.receivedFen / 100],
          },
          bars(
            words.principal,
            'teal',
            cost.schedule.map(({ principalFen }) => principalFen),
          ),
          bars(
            words.interest,
            'amber',
            cost.schedule.map(({ interestFen }) => interestFen),
          ),
          bars(
            words.feesShort,
            'cinnabar',
            cost.schedule.map(({ feesFen }) => feesFen.reduce((sum, fen) => sum + fen, 0)),
          ),
        ],
      }
    },
    [cost, format, words],
  )
  const label = words.cashFlowLabel(
    String(cost.schedule.length),
    format.amount('Fen', cost.receivedFen),
    format.amount('Fen', cost.totalPaidFen),
  )
  return <PictureOf draw={draw} label={label} height={240} />
}

/** Every instalment. */
export const ScheduleTable = ({ cost }: { cost: LoanCost }) => {
  const t = useText()
  const format = useFormats()
  const yuan = (fen: number) => format.amount('Fen', fen)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so the keyboard must reach it
    <div className="schedule table-scroll" tabIndex={0} role="region" aria-label={t.offers.schedule}>
      <table className="table">
        <thead>
          <tr>
            {[t.offers.period, t.offers.payment, t.offers.principal, t.offers.interest, t.offers.feesShort].map(
              (title) => (
                <th key={title} scope="col" className="right">
                  {title}
                </th>
              ),
            )}
            <th scope="col" className="right">
              {t.offers.balance}
            </th>
          </tr>
        </thead>
        <tbody>
          {cost.schedule.map((row) => (
            <tr key={row.no}>
              <td className="right">{row.no}</td>
              <td className="right strong">{yuan(row.paymentFen)}</td>
              <td className="right">{yuan(row.principalFen)}</td>
              <td className="right">{yuan(row.interestFen)}</td>
              <td className="right">{yuan(row.feesFen.reduce((sum, fen) => sum + fen, 0))}</td>
              <td className="right">{yuan(row.balanceFen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Everything about the cost of one loan, in panels. */
export const CostPanels = ({ cost, cap, worst }: { cost: LoanCost; cap: CapInForce | null; worst?: number }) => {
  const t = useText()
  const format = useFormats()
  return (
    <>
      <Panel title={t.offers.trueCost} note={t.offers.trueCostHint}>
        <CostFigures cost={cost} cap={cap} {...(worst !== undefined && { worst })} />
        <dl className="sheet-rows" style={{ marginTop: 14 }}>
          <dt>{t.offers.received}</dt>
          <dd>{format.amount('Fen', cost.receivedFen)}</dd>
          <dt>{t.offers.totalPaid}</dt>
          <dd>{format.amount('Fen', cost.totalPaidFen)}</dd>
          <dt>{t.offers.totalCost}</dt>
          <dd>{format.amount('Fen', cost.totalCostFen)}</dd>
          <dt>{t.offers.monthlyIrr}</dt>
          <dd>{percent(cost.monthlyIrr, 4)}</dd>
        </dl>
      </Panel>
      <Panel title={t.offers.byPayee}>
        <PayeeBars cost={cost} />
      </Panel>
      <Panel title={t.offers.cashFlow}>
        <CashFlow cost={cost} />
      </Panel>
    </>
  )
}
