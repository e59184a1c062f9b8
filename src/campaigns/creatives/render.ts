import type { CreativeContent, EmailContent } from './content-contract.ts'
import { emailMjml, harmless, plainOf, withLiquid, withTokens } from './email-layout.ts'
import { textFields, withTexts } from './fields.ts'
import { type Compiled, compileText, fillText, type Scope, scopeOf, shortenerName, TemplateFault } from './liquid.ts'
import { LayoutFault, layoutOf } from './mjml.ts'
import { problem } from './problem.ts'
import type { Missing, Rendered, RenderedWebhook } from './rendered-contract.ts'
import { smsText } from './segments-contract.ts'

export type RenderMode = 'strict' | 'lenient'

/** What a text may ask for, by its first name. A root that is not given is empty. */
export interface RenderData {
  /** Traits of the customer by name. */
  customer?: Scope
  /** Figures of the offer, made by its engine. */
  offer?: Scope
  /** Properties of what let the person in. */
  trigger?: Scope
  /** `preference`, `unsubscribe`: pages of this person on the workspace's own domain. */
  links?: Scope
  campaign?: Scope
  sender?: Scope
  /** Makes a short link of an address, for the filter `short`. Without it addresses stay as they are. */
  short?: (target: string) => string
  /** Instant of the rendering, for `days_until`. */
  now?: string
}

interface CompiledField {
  path: string
  compiled: Compiled
}
interface CompiledCreative {
  fields: CompiledField[]
  email?: { html: Compiled; text: Compiled }
}

/** A creative is compiled once for as long as its content is held. */
const known = new WeakMap<CreativeContent, Promise<CompiledCreative>>()

const compiledField = (path: string, source: string, place: Compiled['place']): Compiled => {
  try {
    return compileText(source, place)
  } catch (error) {
    if (error instanceof TemplateFault)
      throw problem.template({ field: path, line: error.line, column: error.column, reason: error.reason })
    throw error
  }
}

/**
 * The layout of a mail with its Liquid.
 * @throws problem.layout when it is not MJML, or Liquid stands where MJML allows no text
 */
export const emailLayout = async (
  content: EmailContent,
): Promise<{ html: string; text: string; errors: { line: number; message: string }[] }> => {
  const { mjml, liquid } = withTokens(emailMjml(content))
  try {
    const { html, errors } = await layoutOf(mjml)
    const whole = withLiquid(html, liquid)
    if (whole.lost.length > 0) throw problem.layout({ reason: 'liquidLost', lost: whole.lost.slice(0, 5) })
    // Words are taken out while Liquid is away: its angles are no tags.
    return { html: whole.html, text: withLiquid(plainOf(html), liquid).html, errors: [...errors] }
  } catch (error) {
    if (error instanceof LayoutFault) throw problem.layout({ reason: error.message.slice(0, 300) })
    throw error
  }
}

const compiledEmail = async (content: EmailContent) => {
  const { html, text } = await emailLayout(content)
  return {
    html: compiledField('body', html, 'html'),
    text: compiledField('text', content.text === '' ? text : content.text, 'plain'),
  }
}

const compile = async (content: CreativeContent): Promise<CompiledCreative> => {
  const fields = textFields(content)
    .filter(
      ({ path }) => content.channel !== 'email' || !(path.startsWith('body') || path === 'text' || path === 'footer'),
    )
    .map(({ path, source, place }) => ({ path, compiled: compiledField(path, source, place) }))
  if (content.channel !== 'email') return { fields }
  return { fields, email: await compiledEmail(content) }
}

/** @throws problem.template with field and line, problem.layout */
export const compileCreative = (content: CreativeContent): Promise<CompiledCreative> => {
  const held = known.get(content) ?? compile(content)
  known.set(content, held)
  held.catch(() => known.delete(content))
  return held
}

const roots = ['customer', 'offer', 'trigger', 'links', 'campaign', 'sender'] as const

/**
 * What a creative says to one person.
 * @param mode strict, for tests and previews: a value that is missing throws. lenient, for sending: it is left empty and told,
 * so that the caller decides whether the message leaves; log `missing`, never the text.
 * @throws problem.valueMissing (strict) with every missing variable, its field and line; problem.template, problem.layout
 */
export const renderCreative = async (
  content: CreativeContent,
  data: RenderData,
  { mode }: { mode: RenderMode },
): Promise<{ rendered: Rendered; missing: Missing[] }> => {
  const { fields, email } = await compileCreative(content)
  const { short, ...values } = data
  const scope: Scope = {
    ...scopeOf({ ...Object.fromEntries(roots.map((root) => [root, {}])), ...values }),
    ...(short && { [shortenerName]: short }),
  }
  const missing: Missing[] = []
  const fill = (path: string, compiled: Compiled): string => {
    try {
      const filled = fillText(compiled, scope)
      missing.push(...filled.missing.map((one) => ({ field: path, ...one })))
      return filled.text
    } catch (error) {
      if (error instanceof TemplateFault)
        throw problem.template({ field: path, line: error.line, column: error.column, reason: error.reason })
      throw error
    }
  }
  const texts = new Map(fields.map(({ path, compiled }) => [path, fill(path, compiled)]))
  const html = email && harmless(fill('body', email.html))
  const text = email && fill('text', email.text)
  if (mode === 'strict' && missing.length > 0) throw problem.valueMissing({ missing: different(missing) })
  return { rendered: assemble(content, texts, { html: html ?? '', text: text ?? '' }), missing: different(missing) }
}

/** The text part repeats what the HTML lacks. */
const different = (missing: readonly Missing[]): Missing[] =>
  missing.filter(
    (one, i) => missing.findIndex((other) => other.variable === one.variable && other.field === one.field) === i,
  )

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

const assemble = (
  content: CreativeContent,
  texts: ReadonlyMap<string, string>,
  mail: { html: string; text: string },
): Rendered => {
  const filled = withTexts(content, texts)
  switch (filled.channel) {
    case 'sms': {
      const { signature, text, optOut, aliyun, tencent } = filled
      return {
        channel: 'sms',
        signature,
        body: text,
        optOut,
        text: smsText({ signature, text, optOut }),
        ...(aliyun && {
          aliyun: {
            code: aliyun.code,
            params: Object.fromEntries(aliyun.variables.map(({ name, value }) => [name, value])),
          },
        }),
        ...(tencent && { tencent: { id: tencent.id, params: tencent.variables } }),
      }
    }
    case 'email':
      return {
        channel: 'email',
        fromName: oneLine(filled.fromName),
        subject: oneLine(filled.subject),
        preheader: oneLine(filled.preheader),
        ...mail,
      }
    case 'webhook':
      try {
        return { ...filled, body: JSON.parse(filled.body) as RenderedWebhook['body'] }
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        throw problem.template({ field: 'body', line: 1, column: 1, reason: 'notJson' })
      }
    default:
      return filled
  }
}
