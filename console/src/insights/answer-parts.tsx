import { type ReactNode, useCallback, useMemo } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import type { Answer, AnswerOf, AskedQuestion, Group } from './insight-shapes.ts'
import { PictureOf } from './lazy-picture.tsx'
import type { Behind } from './people-drawer.tsx'
import { eventNameIn } from './pickers.tsx'
import type { Picked } from './picture-chart.tsx'
import { type Paint, pictureOf, type Words } from './pictures.ts'

export type Show = (behind: Behind) => void

/** What pictures and tables need to speak. */
export const useWords = (): Words => {
  const t = useText()
  const format = useFormats()
  return useMemo(() => ({ t, format, eventName: eventNameIn(t) }), [t, format])
}

/** The picture of an answer by itself, as on a dashboard. */
export const AnswerPicture = ({
  question,
  answer,
  height,
  onPick,
}: {
  question: AskedQuestion
  answer: Answer
  height?: number
  onPick?: (picked: Picked) => void
}) => {
  const words = useWords()
  const draw = useCallback((paint: Paint) => pictureOf(words, paint, question, answer), [answer, question, words])
  return (
    <PictureOf
      draw={draw}
      label={words.t.insights.kinds[answer.kind]}
      {...(height === undefined ? {} : { height })}
      {...(onPick ? { onPick } : {})}
    />
  )
}

export interface ViewProps<K extends Answer['kind']> {
  question: AskedQuestion
  answer: AnswerOf<K>
  onShow: Show
}

/** A number that leads to its people, for who may go there. */
export const Count = ({ children, title, onClick }: { children: ReactNode; title: string; onClick: () => void }) => {
  const t = useText()
  const can = useCan()
  if (!can('customers.read') && !can('audiences.write')) return <>{children}</>
  return (
    <button
      type="button"
      className="q-count"
      title={t.insights.showPeople(title)}
      aria-label={t.insights.showPeople(title)}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

export interface Grouped {
  group: string | null
  others: boolean
}
export const groupOf = ({ group, others }: Grouped, all: readonly Grouped[]): { group?: Group } => {
  if (group === null) return {}
  if (!others) return { group: { is: group } }
  return { group: { notIn: all.filter((one) => !one.others).map((one) => one.group ?? '') } }
}
export const useGroupName = () => {
  const { insights } = useText()
  return ({ group, others }: Grouped) =>
    others ? insights.others : group === '' ? insights.none : (group ?? insights.all)
}
