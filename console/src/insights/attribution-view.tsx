import { Segmented } from 'antd'
import { useState } from 'react'
import { Tile } from '../ui/marks.tsx'
import { Table } from '../ui/table.tsx'
import { AnswerPicture, Count, useWords, type ViewProps } from './answer-parts.tsx'
import { modelNames } from './pictures.ts'

/** Credit of each channel by each model. */
export const AttributionView = ({ question, answer, onShow }: ViewProps<'attribution'>) => {
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
