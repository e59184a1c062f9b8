import type { Ctx } from '#platform'
import { contributions } from '../../models/in-threads.ts'
import { placesOf, postsAt } from '../posts/rows.ts'
import { activeModel } from './active.ts'
import { feelings, type HeadsFile, wholeOutputs } from './heads.ts'
import type { Explanation } from './label-contract.ts'
import { problem } from './problem.ts'
import { filesWith } from './read.ts'
import { featureReader, wholeText } from './reader.ts'

/** Units with at least this share of the strongest unit's weight are shown. */
const strong = 0.4
const mostSpans = 8

let held: { version: number; heads: HeadsFile } | undefined

const headsInForce = async (ctx: Ctx): Promise<HeadsFile> => {
  const active = await activeModel(ctx)
  if (held?.version !== active.version) held = { version: active.version, heads: active.heads?.() ?? filesWith().heads }
  return held.heads
}

interface Span {
  start: number
  end: number
  weight: number
}

/** The pieces of a text that speak most for one line. Pure. @returns the strongest first */
export const decidingSpans = (heads: HeadsFile, text: string, output: string): Span[] => {
  const whole = heads.models.find(({ name }) => name === 'whole')
  const line = wholeOutputs.indexOf(output)
  if (!whole || line < 0) return []
  const { folded, found } = featureReader().whole(text)
  const units = new Float64Array(folded.length + 1)
  contributions(whole, found, line).forEach((added, index) => {
    const from = found.starts[index] ?? 0
    const length = found.lengths[index] ?? 1
    for (let unit = from; unit < from + length; unit++) units[unit] = (units[unit] ?? 0) + added / length
  })
  const most = Math.max(0, ...units)
  if (most === 0) return []
  const spans: Span[] = []
  for (let unit = 0; unit < folded.length; unit++) {
    const weight = units[unit] ?? 0
    if (weight < most * strong) continue
    const start = folded.at[unit] ?? 0
    const end = Math.min(text.length, folded.at[unit + 1] ?? text.length)
    const last = spans.at(-1)
    if (end <= start) continue
    if (last && last.end >= start) {
      last.end = end
      last.weight += weight
    } else spans.push({ start, end, weight })
  }
  return spans.sort((a, b) => b.weight - a.weight).slice(0, mostSpans)
}

/** What in the text decided each answer. @throws problem.postUnknown */
export const explainPost = async (ctx: Ctx, { id, drill }: { id: string; drill: number }): Promise<Explanation> => {
  const [post] = await postsAt(ctx, drill, await placesOf(ctx, drill, [id]))
  if (!post) throw problem.postUnknown({ id })
  const heads = await headsInForce(ctx)
  const text = wholeText(post)
  const shift = post.title === '' ? 0 : post.title.length + 1
  const explained = (head: Explanation['items'][number]['head'], label: string, output: string) => ({
    head,
    label,
    spans: decidingSpans(heads, text, output).flatMap(
      ({ start, end, weight }): Explanation['items'][number]['spans'] => {
        // Title and text were read in one line; a piece lies in one of them.
        if (start >= shift) return [{ in: 'text', start: start - shift, end: end - shift, weight }]
        return end < shift ? [{ in: 'title', start, end, weight }] : []
      },
    ),
  })
  const feeling = (polarity: number) => feelings[polarity + 1] ?? 'neutral'
  return {
    items: [
      explained('sentiment', feeling(post.sentiment), `sentiment.${feeling(post.sentiment)}`),
      ...post.mentions
        .slice(0, 1)
        .map(({ toward }) => explained('toward', feeling(toward), `toward.${feeling(toward)}`)),
      ...post.aspects.map((aspect) => explained('aspects', aspect, `aspect.${aspect}`)),
      explained('speaker', post.speaker, `speaker.${post.speaker}`),
      explained('emotion', post.emotion, `emotion.${post.emotion}`),
      ...post.urgency.map((urgency) => explained('urgency', urgency, `urgency.${urgency}`)),
      ...(post.spam >= 0.5 ? [explained('spam', 'spam', 'spam')] : []),
    ],
  }
}
