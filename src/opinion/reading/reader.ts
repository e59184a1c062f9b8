import {
  denseLine,
  type Folded,
  fold,
  foldedSpace,
  type LinearModel,
  type ModelFile,
  type NGrams,
  nGramReader,
  probability,
  type RumourFile,
  scoreLine,
  scoreNGrams,
  softmax,
  textRumourReader,
} from '../../models/in-threads.ts'
import {
  type AuthorClass,
  aspects,
  emotions,
  type Head,
  type Polarity,
  type Speaker,
  speakers,
  urgencies,
} from '../contract.ts'
import { cueReader } from './cues.ts'
import { hardRules } from './hard-rules.ts'
import { at, type Choice, type HeadsFile, type Label, windowAround } from './heads.ts'
import type { ReadablePost, Reading } from './reading.ts'

/** The weights that reading needs. */
export interface ReaderFiles {
  heads: HeadsFile
  reviews: Pick<ModelFile<unknown>, 'models'>
  rumour: RumourFile
}

/** Accounts whose class says who speaks. */
const speaksAs: Partial<Record<AuthorClass, Speaker>> = {
  media: 'media',
  'central-media': 'media',
  regulator: 'regulator',
}

const named = (models: readonly LinearModel[], name: string): LinearModel => {
  const found = models.find((model) => model.name === name)
  if (!found) throw new Error(`The models of posts have no part ${name}`)
  return found
}

const polarity = (index: number): Polarity => (index === 0 ? -1 : index === 1 ? 0 : 1)

const topOf = (shares: readonly number[]) =>
  shares.reduce((best, share, k) => (share > (shares[best] ?? 0) ? k : best), 0)

/** The text that is read: title and text in one line. */
export const wholeText = ({ title, text }: Pick<ReadablePost, 'title' | 'text'>): string =>
  title === '' ? text : `${title} ${text}`

/** Reads features of texts: n-grams and cues. Not to be shared by threads. */
export const featureReader = () => {
  const folded = foldedSpace()
  const nGrams = nGramReader()
  const nearGrams = nGramReader()
  const cues = cueReader()
  let plain: Pick<NGrams, 'hashes' | 'length'> = { hashes: new Uint32Array(), length: 0 }
  return {
    /** Overwritten by the next call. */
    whole: (text: string): { folded: Folded; found: NGrams; plainGrams: number } => {
      const found = nGrams(fold(text, folded))
      const plainGrams = found.length
      plain = { hashes: found.hashes, length: plainGrams }
      cues(folded, found)
      return { folded, found, plainGrams }
    },
    /** N-grams around a place of the text read last: of a short text mostly all of it, and known already. */
    around: (start: number, end: number): Pick<NGrams, 'hashes' | 'length'> => {
      const { from, to } = windowAround(folded.at, folded.length, start, end)
      return from === 0 && to === folded.length ? plain : nearGrams(folded, from, to)
    },
  }
}

/** Numbers that decide the feeling of the text: margins of the head and of the model of reviews. */
export const sentimentNumbers = (whole: ArrayLike<number>, review: number): number[] => [
  whole[at.sentiment] ?? 0,
  whole[at.sentiment + 1] ?? 0,
  whole[at.sentiment + 2] ?? 0,
  Math.max(-3, Math.min(3, review)),
]

/** Numbers that decide the feeling toward a subject. */
export const towardNumbers = (whole: ArrayLike<number>, near: ArrayLike<number>, review: number): number[] => [
  ...sentimentNumbers(whole, review),
  whole[at.toward] ?? 0,
  whole[at.toward + 1] ?? 0,
  whole[at.toward + 2] ?? 0,
  near[0] ?? 0,
  near[1] ?? 0,
  near[2] ?? 0,
]

/** Reads posts with one set of weights: one pass over the characters feeds all heads. Pure but for its scratch space. */
export const openReader = ({ heads, reviews, rumour }: ReaderFiles): ((post: ReadablePost) => Reading) => {
  const whole = named(heads.models, 'whole')
  const near = named(heads.models, 'near')
  const ofReviews = denseLine(named(reviews.models, 'reviews'), 0)
  const { extra } = heads
  const suspicion = textRumourReader(rumour)
  const features = featureReader()
  const wholeMargins = new Float64Array(whole.outputs.length)
  const nearMargins = new Float64Array(near.outputs.length)

  const choose = (head: Head, { softmax: how, sure }: Choice, numbers: ArrayLike<number>, unsure: Head[]) => {
    const shares = softmax(how, numbers)
    const top = topOf(shares)
    if ((shares[top] ?? 0) < sure && !unsure.includes(head)) unsure.push(head)
    return { top, shares }
  }
  const tell = <T>(head: Head, labels: readonly Label[], names: readonly T[], from: number, unsure: Head[]): T[] => {
    const told: T[] = []
    for (let k = 0; k < names.length; k++) {
      const label = labels[k]
      if (!label) continue
      const p = probability(label.platt, wholeMargins[from + k] ?? 0)
      if (p >= label.told) told.push(names[k] as T)
      else if (p >= label.asked && !unsure.includes(head)) unsure.push(head)
    }
    return told
  }
  const ofSpeaker = wholeMargins.subarray(at.speaker, at.speaker + speakers.length)
  const ofEmotion = wholeMargins.subarray(at.emotion, at.emotion + emotions.length)

  return (post) => {
    const unsure: Head[] = []
    const text = wholeText(post)
    const { folded, found, plainGrams } = features.whole(text)
    scoreNGrams(whole, found, wholeMargins)
    const review = scoreLine(ofReviews, found, plainGrams)
    const rumour = suspicion(text, found, plainGrams)
    const sentiment = choose('sentiment', extra.sentiment, sentimentNumbers(wholeMargins, review), unsure)
    const toward = post.subjects.map((spans) => {
      const span = spans.find((one) => one.in === 'text') ?? spans[0]
      const shift = span?.in === 'text' && post.title !== '' ? post.title.length + 1 : 0
      const part = span ? features.around(span.start + shift, span.end + shift) : features.around(0, text.length)
      const { top, shares } = choose(
        'toward',
        extra.toward,
        towardNumbers(wholeMargins, scoreNGrams(near, part, nearMargins), review),
        unsure,
      )
      return { toward: polarity(top), negativeP: shares[0] ?? 0 }
    })
    const about = tell('aspects', extra.aspects, aspects, at.aspect, unsure)
    const ownSpeaker = speaksAs[post.authorClass]
    const speaker = ownSpeaker ?? speakers[choose('speaker', extra.speaker, ofSpeaker, unsure).top] ?? 'consumer'
    const emotion = emotions[choose('emotion', extra.emotion, ofEmotion, unsure).top] ?? 'neutral'
    const urgency = tell('urgency', extra.urgency, urgencies, at.urgency, unsure)
    for (const hit of hardRules(folded, speaker)) {
      if (urgency.includes(hit.urgency)) continue
      const k = urgencies.indexOf(hit.urgency)
      const label = extra.urgency[k]
      // Danger to life is told whatever the head says. Of those who name a regulator's number many only ask for it.
      const backed = label && probability(label.platt, wholeMargins[at.urgency + k] ?? 0) >= label.asked / 2
      if (hit.urgency !== 'self-harm' && !backed) continue
      urgency.push(hit.urgency)
      if (!unsure.includes('urgency')) unsure.push('urgency')
    }
    // A regulator's own notice is no report to one.
    const told = post.authorClass === 'regulator' ? urgency.filter((one) => one !== 'regulator-report') : urgency
    const spam = probability(extra.spam.platt, wholeMargins[at.spam] ?? 0)
    if (spam >= extra.spam.asked && spam < extra.spam.told) unsure.push('spam')
    return {
      sentiment: polarity(sentiment.top),
      sentimentP: sentiment.shares[0] ?? 0,
      toward,
      aspects: about,
      speaker,
      emotion,
      urgency: told,
      rumour,
      spam,
      unsure,
    }
  }
}
