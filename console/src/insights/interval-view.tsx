import { Tile } from '../ui/marks.tsx'
import { Table } from '../ui/table.tsx'
import { AnswerPicture, Count, groupOf, useGroupName, useWords, type ViewProps } from './answer-parts.tsx'
import { spanText } from './lengths.ts'
import { className, trimmed } from './pictures.ts'

/** How long it took, by class of length. */
export const IntervalView = ({ question, answer, onShow }: ViewProps<'interval'>) => {
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
