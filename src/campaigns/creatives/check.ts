import { type ContentRequest, judgeContent } from '#compliance'
import { type Ctx, Problem, readSetting } from '#platform'
import type { CreativeCheck, CreativeFinding, CreativeWords, Rendered, TextFault } from './creative-contract.ts'
import { braces, markup } from './email-layout.ts'
import { type TextField, textFields } from './fields.ts'
import { TemplateFault, variablesIn } from './liquid.ts'
import { figuresOf } from './offer-figures.ts'
import { emailLayout, renderCreative } from './render.ts'
import { isSamplePage, sampleData, withoutSamplePages } from './samples.ts'
import { type Known, variableJudge } from './variables.ts'

/** Place of a line and column, both from 1. */
const offsetOf = (source: string, line: number, column: number): number => {
  let at = 0
  for (let n = 1; n < line; n++) {
    const next = source.indexOf('\n', at)
    if (next < 0) break
    at = next + 1
  }
  return Math.min(source.length, at + column - 1)
}

const templateFaults = (
  field: TextField,
  purpose: string,
  judge: Awaited<ReturnType<typeof variableJudge>>,
): { faults: TextFault[]; variables: [string, Known][] } => {
  try {
    const faults: TextFault[] = []
    const variables: [string, Known][] = []
    for (const asked of variablesIn(field.source)) {
      const { fault, known } = judge(asked, purpose)
      const name = asked.path.slice(0, 2).join('.')
      if (known) variables.push([name, known])
      if (!fault) continue
      const start = offsetOf(field.source, asked.line, asked.column)
      faults.push({
        field: field.path,
        line: asked.line,
        start,
        end: Math.min(field.source.length, start + name.length),
        code: fault,
        about: name,
      })
    }
    return { faults, variables }
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error
    const start = offsetOf(field.source, error.line, error.column)
    const fault = {
      field: field.path,
      line: error.line,
      start,
      end: null,
      code: 'template' as const,
      about: error.reason,
    }
    return { faults: [fault], variables: [] }
  }
}

const layoutFaults = async ({ content }: CreativeWords): Promise<TextFault[]> => {
  if (content.channel !== 'email') return []
  const fault = (about: string, line = 1): TextFault => ({
    field: content.body.kind === 'mjml' ? 'body.mjml' : 'body',
    line,
    start: null,
    end: null,
    code: 'layout',
    about,
  })
  try {
    const { errors } = await emailLayout(content)
    return errors.map(({ message, line }) => fault(message, line))
  } catch (error) {
    if (error instanceof Problem && error.code === 'creatives.layout') {
      const { reason, lost } = error.detail
      return [fault(`${String(reason)} ${Array.isArray(lost) ? lost.join(' ') : ''}`.trim())]
    }
    throw error
  }
}

/** Braces and markup out of sight, every other character where it was. */
const wordsOf = ({ source, place }: TextField): string => {
  const blank = (found: string) => found.replaceAll(/[^\n]/g, ' ')
  const words = source.replaceAll(braces, blank)
  return place === 'html' ? words.replaceAll(markup, blank) : words
}

const addressesIn = (rendered: Rendered): string[] => {
  const found: string[] = []
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      if (['url', 'link'].includes(name) && /^https?:\/\//.test(value)) found.push(value)
    } else if (Array.isArray(value)) for (const one of value) walk(one, name)
    else if (typeof value === 'object' && value !== null)
      for (const [key, below] of Object.entries(value)) walk(below, key)
  }
  walk(rendered, '')
  if (rendered.channel === 'email')
    for (const [, url = ''] of rendered.html.matchAll(/<a\b[^<>]{0,2000}?href="(https?:[^"]+)"/g)) found.push(url)
  return [...new Set(found)].slice(0, 50)
}

/** All that a recipient reads, in the order in which he reads it. */
export const readingOf = (rendered: Rendered): string => {
  if (rendered.channel === 'sms') return rendered.text
  if (rendered.channel === 'email')
    return [rendered.fromName, rendered.subject, rendered.preheader, rendered.text].join('\n')
  if (rendered.channel === 'webhook') return ''
  return textFields(rendered)
    .filter(({ silent }) => !silent)
    .map(({ source }) => source)
    .join('\n')
}

const productFor = ({ product }: CreativeWords): NonNullable<ContentRequest['product']> =>
  product === 'loan' || product === 'card' ? 'loan' : product === 'wealth' ? 'wealth' : 'other'

/**
 * Everything that is wrong with a creative: templates that cannot be filled, variables that may not stand in it, words that
 * may not be said, and what channel and product require and it does not say. Findings have their place in the text as written.
 */
export const checkCreative = async (ctx: Ctx, words: CreativeWords): Promise<CreativeCheck> => {
  const fields = textFields(words.content)
  const judge = await variableJudge(ctx)
  const judged = fields.map((field) => templateFaults(field, words.purpose, judge))
  const faults = [...judged.flatMap(({ faults }) => faults), ...(await layoutFaults(words))]
  const variables = new Map(judged.flatMap(({ variables }) => variables))
  const figures = words.offerId === null ? undefined : await figuresOf(ctx, words.offerId)
  if (words.offerId !== null && !figures)
    faults.push({ field: '', line: 1, start: null, end: null, code: 'offer', about: String(words.offerId) })
  const common = { category: words.category, product: productFor(words) }

  const spoken = fields.filter(({ silent }) => !silent)
  const offsets: number[] = []
  let text = ''
  for (const field of spoken) {
    offsets.push(text.length)
    text += `${wordsOf(field)}\n`
  }
  const written = await judgeContent(ctx, { ...common, text })
  const placed = written.findings.flatMap((finding): CreativeFinding[] => {
    if (finding.start === null || finding.end === null) return []
    const index = offsets.findLastIndex((offset) => offset <= (finding.start ?? 0))
    const [field, offset] = [spoken[index], offsets[index] ?? 0]
    if (!field) return []
    const [start, end] = [finding.start - offset, Math.min(finding.end - offset, field.source.length)]
    return [{ ...finding, field: field.path, start, end, matched: field.source.slice(start, end) }]
  })
  const filled = faults.length > 0 ? [] : await afterFilling(ctx, words, common, figures)
  const said = new Set(placed.map(({ rule }) => rule))
  const findings = [...placed, ...filled.filter(({ rule }) => !said.has(rule))]
  return {
    ready: faults.length === 0 && findings.every(({ action }) => action === 'flag'),
    faults,
    findings,
    rules: written.rules,
    variables: [...variables].map(([name, known]) => ({ name, ...known })),
  }
}

/** What only the filled text shows: figures, required elements, where links lead. */
const afterFilling = async (
  ctx: Ctx,
  { content, category }: CreativeWords,
  common: Pick<ContentRequest, 'category' | 'product'>,
  figures: Awaited<ReturnType<typeof figuresOf>>,
): Promise<CreativeFinding[]> => {
  const data = await sampleData(ctx, 'full', figures?.scope)
  // A short link shows nobody where it leads, so what it stands for is judged.
  const shortened: string[] = []
  const short = (target: string) => {
    shortened.push(target)
    return data.short?.(target) ?? target
  }
  const { rendered } = await renderCreative(content, { ...data, short }, { mode: 'lenient' })
  const company = await readSetting(ctx, 'companyName')
  const name = company ?? (content.channel === 'email' ? content.fromName : undefined)
  const { findings } = await judgeContent(ctx, {
    ...common,
    text: withoutSamplePages(readingOf(rendered)),
    channel: content.channel,
    // The word 广告 is drawn by the slot itself where the creative asks for it.
    placement: content.channel === 'inApp' && !content.marked && category === 'marketing' ? 'paid' : 'own',
    // Delivery puts the one-click header and the link of the foot on every marketing mail.
    unsubscribe: content.channel === 'email',
    links: [...new Set([...addressesIn(rendered), ...shortened])].filter((url) => !isSamplePage(url)),
    ...(name !== undefined && { sender: { name } }),
    ...(figures && { offer: figures.facts }),
  })
  return findings.map((finding) => ({ ...finding, start: null, end: null, field: '' }))
}
