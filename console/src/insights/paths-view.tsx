import { Tile } from '../ui/marks.tsx'
import { Table } from '../ui/table.tsx'
import { AnswerPicture, Count, useWords, type ViewProps } from './answer-parts.tsx'

/** Ways through the events, and the most used links. */
export const PathsView = ({ question, answer, onShow }: ViewProps<'paths'>) => {
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
