import { useMemo } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { type Text, useText } from '../i18n/text.ts'
import { Notice, Tile } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'
import { MiningPicture } from './lazy-mining-picture.tsx'
import { bars, fitBars } from './mining-pictures.ts'
import type { Picked, QuestionOf, ValueResult } from './mining-shapes.ts'
import { PeopleButton } from './people-button.tsx'

/** `alive:3` is 30 to 40 %. */
const bandName = (t: Text, part: string) => t.mining.band(Number(part.slice(6)) * 10, Number(part.slice(6)) * 10 + 10)

/** Who is likely still a customer, what is expected of them, and how well the models fit. */
export const ValueAnswer = ({
  result,
  question,
  onPick,
}: {
  result: ValueResult
  question: Pick<QuestionOf<'value'>, 'amount'>
  onPick: (picked: Picked) => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.mining
  const amount = (value: number) => format.amount(question.amount ?? '', value)
  const drawBands = useMemo(
    () =>
      bars(
        result.aliveBands.map(({ part }) => bandName(t, part)),
        result.aliveBands.map(({ people }) => people),
        t.mining.size,
        { t, format },
      ),
    [result, t, format],
  )
  const drawFit = useMemo(() => fitBars(result.fit, { t, format }), [result, t, format])
  const { bgNbd, gammaGamma } = result
  const parameters = [
    ...Object.entries({ r: bgNbd.r, α: bgNbd.alpha, a: bgNbd.a, b: bgNbd.b }).map(
      ([name, value]) => [`BG/NBD ${name}`, value] as const,
    ),
    [`BG/NBD ${words.logLikelihood}`, bgNbd.logLikelihood] as const,
    ...(gammaGamma
      ? [
          ['Gamma-Gamma p', gammaGamma.p] as const,
          ['Gamma-Gamma q', gammaGamma.q] as const,
          ['Gamma-Gamma γ', gammaGamma.gamma] as const,
          [`Gamma-Gamma ${words.logLikelihood}`, gammaGamma.logLikelihood] as const,
          [words.correlation, gammaGamma.correlation] as const,
        ]
      : []),
  ]
  return (
    <>
      <div className="tiles">
        <Tile
          label={words.size}
          value={format.count(result.people)}
          unit={words.people}
          note={`${words.repeaters} ${format.count(result.repeaters)}`}
        />
        <Tile label={words.expected} value={format.count(Math.round(result.expectedPurchases))} />
        {gammaGamma && <Tile label={words.worth} value={amount(Math.round(result.expectedValue))} />}
      </div>
      {bgNbd.a + bgNbd.b > 10_000 && <Notice tone="warn">{words.flat}</Notice>}
      {!gammaGamma && <Notice tone="info">{words.noMoney}</Notice>}
      {gammaGamma && Math.abs(gammaGamma.correlation) > 0.3 && <Notice tone="warn">{words.correlationHint}</Notice>}
      <Panel title={words.valueTenths} flush>
        <Table
          label={words.valueTenths}
          rows={result.valueTenths}
          rowKey={(row) => row.part}
          blank={null}
          columns={[
            {
              key: 'name',
              title: words.valueTenths,
              card: 'lead',
              cell: (row) => <span className="strong">{words.tenth(Number(row.part.slice(6)))}</span>,
            },
            {
              key: 'people',
              title: words.size,
              align: 'right',
              cell: (row) => (
                <PeopleButton
                  count={row.people}
                  picked={{
                    selection: { parts: [row.part] },
                    name: `${words.valueTenths} ${words.tenth(Number(row.part.slice(6)))}`,
                  }}
                  onPick={onPick}
                />
              ),
            },
            { key: 'alive', title: words.alive, align: 'right', cell: (row) => format.share(row.alive) },
            {
              key: 'expected',
              title: words.expected,
              align: 'right',
              cell: (row) => format.decimal(Number(row.expected.toPrecision(3))),
            },
            {
              key: 'value',
              title: words.worth,
              align: 'right',
              cell: (row) => (gammaGamma ? amount(Math.round(row.value)) : '—'),
            },
          ]}
        />
      </Panel>
      <div className="grid grid-halves panel-space">
        <Panel title={words.aliveBands}>
          <MiningPicture
            label={words.aliveBands}
            height={280}
            draw={drawBands}
            onPick={({ dataIndex }) => {
              const band = result.aliveBands[dataIndex]
              if (band) onPick({ selection: { parts: [band.part] }, name: `${words.alive} ${bandName(t, band.part)}` })
            }}
          />
          <div className="row">
            {result.aliveBands.map((band) => (
              <span key={band.part} className="nowrap">
                <span className="muted small">{bandName(t, band.part)}</span>
                <PeopleButton
                  count={band.people}
                  picked={{ selection: { parts: [band.part] }, name: `${words.alive} ${bandName(t, band.part)}` }}
                  onPick={onPick}
                />
              </span>
            ))}
          </div>
        </Panel>
        <Panel title={words.fitTitle}>
          <MiningPicture label={words.fitTitle} height={280} draw={drawFit} />
        </Panel>
      </div>
      <Panel title={words.parameters} note={words.weeks}>
        <dl className="facts">
          {parameters.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd className="num">{Number(value.toPrecision(7))}</dd>
            </div>
          ))}
        </dl>
      </Panel>
    </>
  )
}
