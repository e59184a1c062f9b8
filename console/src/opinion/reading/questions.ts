import { aspects, emotions, type Head, speakers, urgencies } from '../../../../src/opinion/contract.ts'
import type { PostRow } from '../../../../src/opinion/posts/post-contract.ts'
import type { Answer } from '../../../../src/opinion/reading/label-contract.ts'
import {
  aspectNames,
  emotionNames,
  nameIn,
  speakerNames,
  urgencyNames,
} from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'

/** One question about one post. */
export interface Question {
  post: PostRow
  head: Head
  subjectId?: number
}

interface Choice {
  key: string
  name: string
}

const polarities = [-1, 0, 1] as const

/** What can be answered, and what the model says. */
export const useChoices = ({
  post,
  head,
  subjectId,
}: Question): { choices: Choice[]; told: string[]; several: boolean } => {
  const words = useText().opinionReading
  const { language } = usePreferences()
  switch (head) {
    case 'sentiment':
    case 'toward': {
      const said =
        head === 'sentiment' ? post.sentiment : post.mentions.find((one) => one.subjectId === subjectId)?.toward
      return {
        choices: polarities.map((value) => ({ key: String(value), name: words.signs[`${value}`] })),
        told: [String(said ?? 0)],
        several: false,
      }
    }
    case 'aspects':
      return {
        choices: aspects.map((key) => ({ key, name: nameIn(aspectNames, key, language) })),
        told: [...post.aspects],
        several: true,
      }
    case 'urgency':
      return {
        choices: urgencies.map((key) => ({ key, name: nameIn(urgencyNames, key, language) })),
        told: [...post.urgency],
        several: true,
      }
    case 'speaker':
      return {
        choices: speakers.map((key) => ({ key, name: nameIn(speakerNames, key, language) })),
        told: [post.speaker],
        several: false,
      }
    case 'emotion':
      return {
        choices: emotions.map((key) => ({ key, name: nameIn(emotionNames, key, language) })),
        told: [post.emotion],
        several: false,
      }
    default:
      return {
        choices: [
          { key: 'yes', name: words.yes },
          { key: 'no', name: words.no },
        ],
        told: [post[head] >= 0.5 ? 'yes' : 'no'],
        several: false,
      }
  }
}

/** Keys chosen as the answer that is sent. */
export const answerOf = ({ head, subjectId }: Question, chosen: readonly string[]): Answer => {
  const [one = ''] = chosen
  switch (head) {
    case 'sentiment':
      return { head, right: polarities.find((value) => String(value) === one) ?? 0 }
    case 'toward':
      return { head, subjectId: subjectId ?? 0, right: polarities.find((value) => String(value) === one) ?? 0 }
    case 'aspects':
      return { head, right: aspects.filter((aspect) => chosen.includes(aspect)) }
    case 'urgency':
      return { head, right: urgencies.filter((urgency) => chosen.includes(urgency)) }
    case 'speaker':
      return { head, right: speakers.find((speaker) => speaker === one) ?? 'consumer' }
    case 'emotion':
      return { head, right: emotions.find((emotion) => emotion === one) ?? 'neutral' }
    default:
      return { head, right: one === 'yes' }
  }
}
