import { Table } from '../ui/table.tsx'
import { AnswerPicture, Count, groupOf, useWords, type ViewProps } from './answer-parts.tsx'
import type { Behind } from './people-drawer.tsx'
import { bucketName, lineName } from './pictures.ts'

/** Lines over time, and the numbers of the last units. */
export const TrendView = ({ question, answer, onShow }: ViewProps<'trend'>) => {
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
