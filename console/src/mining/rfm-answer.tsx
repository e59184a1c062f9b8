import { Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Tile } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'
import { classDefinition, needsMoneyList } from './class-definition.ts'
import { MiningPicture } from './lazy-mining-picture.tsx'
import { saveAsList } from './mining-calls.ts'
import { rfmMatrix } from './mining-pictures.ts'
import type { Picked, QuestionOf, RfmResult } from './mining-shapes.ts'
import { PeopleButton } from './people-button.tsx'

/** Classes with their size and share of the money, and the matrix of scores; each leads to its people. */
export const RfmAnswer = ({
  id,
  result,
  question,
  onPick,
}: {
  id: string
  result: RfmResult
  question: QuestionOf<'rfm'>
  onPick: (picked: Picked) => void
}) => {
  const t = useText()
  const format = useFormats()
  const [money, setMoney] = useState(0)
  const matrix = useMemo(() => rfmMatrix(result, money === 0 ? null : money), [result, money])
  const draw = useMemo(() => matrix.draw({ t, format }), [matrix, t, format])
  const amount = (value: number) => format.amount(question.amount ?? '', value)
  const classes = result.classes.toSorted((a, b) => b.revenue - a.revenue)
  const nameOf = (part: string) => t.mining.classNames[part.slice(6)] ?? part
  const liveOf = async (part: string) => {
    const code = part.slice(6)
    if (!needsMoneyList(question)) return classDefinition(question, result, code)
    // All classes whose money is on the same side of the bound.
    const parts = result.classes.flatMap(({ part }) => (part.endsWith(code.slice(2)) ? [part] : []))
    const list = await saveAsList(id, {
      selection: { parts },
      name: t.mining.moneyListName(nameOf(part)),
      why: t.mining.moneyFrozen,
    })
    return classDefinition(question, result, code, list.id)
  }
  const shareOf = (revenue: number) => (result.revenue > 0 ? revenue / result.revenue : 0)
  const pickCell = (at: number) => {
    const place = matrix.places[at]
    if (!place || place.people === 0) return
    const name = t.mining.cellName(`${place.r}${place.f}${money === 0 ? '*' : money}`)
    onPick({ selection: { parts: place.parts }, name })
  }
  return (
    <>
      <div className="tiles">
        <Tile label={t.mining.size} value={format.count(result.people)} unit={t.mining.people} />
        <Tile label={t.mining.revenue} value={amount(result.revenue)} />
        <Tile
          label={t.mining.cut}
          value={`${format.decimal(result.cuts.recency)} / ${format.decimal(result.cuts.frequency)}`}
          note={t.mining.classesNote(
            format.decimal(result.cuts.recency),
            format.decimal(result.cuts.frequency),
            amount(result.cuts.money),
          )}
        />
      </div>
      <Panel title={t.mining.classesTitle} flush>
        <Table
          label={t.mining.classesTitle}
          rows={classes}
          rowKey={(row) => row.part}
          blank={null}
          columns={[
            {
              key: 'name',
              title: t.mining.classesTitle,
              card: 'lead',
              cell: (row) => <span className="strong">{nameOf(row.part)}</span>,
            },
            {
              key: 'people',
              title: t.mining.size,
              align: 'right',
              fit: true,
              cell: (row) => (
                <PeopleButton
                  count={row.people}
                  picked={{ selection: { parts: [row.part] }, name: nameOf(row.part), live: () => liveOf(row.part) }}
                  onPick={onPick}
                />
              ),
            },
            {
              key: 'share',
              title: t.mining.share,
              align: 'right',
              fit: true,
              cell: (row) => format.share(row.people / result.people),
            },
            {
              key: 'revenue',
              title: t.mining.revenueShare,
              align: 'right',
              cell: (row) => (
                <span className="nowrap">
                  {format.share(shareOf(row.revenue))}
                  <span className="mining-bar" style={{ width: Math.round(shareOf(row.revenue) * 90) }} />
                </span>
              ),
            },
            {
              key: 'recency',
              title: t.mining.recency,
              align: 'right',
              fit: true,
              cell: (row) => format.count(Math.round(row.recency)),
            },
            {
              key: 'frequency',
              title: t.mining.frequency,
              align: 'right',
              fit: true,
              cell: (row) => format.decimal(row.frequency),
            },
            { key: 'money', title: t.mining.money, align: 'right', fit: true, cell: (row) => amount(row.money) },
          ]}
        />
      </Panel>
      <Panel
        title={t.mining.matrix}
        note={t.mining.matrixNote}
        extra={
          <Segmented
            size="small"
            aria-label={t.mining.matrixMoney}
            value={money}
            onChange={setMoney}
            options={[0, 1, 2, 3, 4, 5].map((m) => ({ value: m, label: m === 0 ? t.mining.allMoney : `M${m}` }))}
          />
        }
      >
        <MiningPicture
          label={t.mining.matrix}
          height={380}
          draw={draw}
          onPick={({ dataIndex }) => pickCell(dataIndex)}
        />
      </Panel>
    </>
  )
}
