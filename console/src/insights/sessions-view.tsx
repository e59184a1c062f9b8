import { useCallback } from 'react'
import { Tile } from '../ui/marks.tsx'
import { Table } from '../ui/table.tsx'
import { AnswerPicture, Count, useWords, type ViewProps } from './answer-parts.tsx'
import { PictureOf } from './lazy-picture.tsx'
import { spanText } from './lengths.ts'
import { type Paint, sessionLengths } from './pictures.ts'

/** How many sessions, how long, how they begin and end. */
export const SessionsView = ({ question, answer, onShow }: ViewProps<'sessions'>) => {
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
