import { useText } from '../i18n/text.ts'
import { Blank } from '../ui/states.tsx'
import type { Show } from './answer-parts.tsx'
import { AttributionView } from './attribution-view.tsx'
import { FunnelView } from './funnel-view.tsx'
import type { Answer, AskedQuestion } from './insight-shapes.ts'
import { IntervalView } from './interval-view.tsx'
import { PathsView } from './paths-view.tsx'
import { isEmpty } from './pictures.ts'
import { RetentionView } from './retention-view.tsx'
import { SessionsView } from './sessions-view.tsx'
import { TrendView } from './trend-view.tsx'

/** An answer in full: picture, figures, and from each figure the way to its people. */
export const AnswerView = ({ question, answer, onShow }: { question: AskedQuestion; answer: Answer; onShow: Show }) => {
  const t = useText()
  if (isEmpty(answer)) return <Blank icon="event" title={t.insights.nothing} hint={t.insights.nothingHint} />
  switch (answer.kind) {
    case 'trend':
      return <TrendView question={question} answer={answer} onShow={onShow} />
    case 'funnel':
      return <FunnelView question={question} answer={answer} onShow={onShow} />
    case 'retention':
      return <RetentionView question={question} answer={answer} onShow={onShow} />
    case 'sessions':
      return <SessionsView question={question} answer={answer} onShow={onShow} />
    case 'paths':
      return <PathsView question={question} answer={answer} onShow={onShow} />
    case 'interval':
      return <IntervalView question={question} answer={answer} onShow={onShow} />
    case 'attribution':
      return <AttributionView question={question} answer={answer} onShow={onShow} />
  }
}
