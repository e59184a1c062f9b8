import { type Ctx, callOut, NoAnswer, readSecret, targetFault, writeSecret } from '#platform'
import { outlineOf } from './outline.ts'
import { problem } from './problem.ts'
import type { Rephrased, RephraseSettings, ReportSection } from './report-contract.ts'
import './tables.ts'

const secretName = 'opinion.rephrase'
const settingsName = 'opinion.rephrase.settings'

/** Where texts may be reworded; off unless somebody set it up. */
export const rephraseSettings = async (ctx: Ctx): Promise<RephraseSettings & { hasKey: boolean }> => {
  const row = await readSecret(ctx.vault, ctx.pg, settingsName)
  const settings: RephraseSettings =
    row === undefined ? { on: false, url: '', model: '' } : (JSON.parse(row) as RephraseSettings)
  return { ...settings, hasKey: (await readSecret(ctx.vault, ctx.pg, secretName)) !== undefined }
}

/** @throws reports.rephraseAddress for an address that must not be called */
export const writeRephraseSettings = async (
  ctx: Ctx,
  { key, ...settings }: RephraseSettings & { key?: string | undefined },
): Promise<RephraseSettings & { hasKey: boolean }> => {
  if (settings.url !== '' && targetFault(settings.url, ctx.config.webhooksPrivate) !== undefined)
    throw problem.rephraseAddress({ url: settings.url })
  return ctx.tx(async (ctx) => {
    await writeSecret(ctx.vault, ctx.pg, settingsName, JSON.stringify(settings))
    if (key) await writeSecret(ctx.vault, ctx.pg, secretName, key)
    await ctx.audit.record(ctx, { action: 'opinion.rephraseSet', detail: { on: settings.on, model: settings.model } })
    return rephraseSettings(ctx)
  })
}

const figuresIn = (text: string) => text.match(/\d[\d,.]*\d|\d/g) ?? []

/**
 * Why a new wording may not be used: a figure that was not in the old one, a mark of a sentence that does not exist, or a
 * sentence without its mark. Undefined when nothing speaks against it.
 */
export const faultOf = (before: ReportSection, now: string): string | undefined => {
  const marks = [...now.matchAll(/\[s(\d+)\]/g)].map(([, number]) => Number(number))
  if (marks.some((number) => number < 1 || number > before.sentences.length))
    return 'it cites a sentence that does not exist'
  if (marks.length === 0) return 'it cites nothing'
  const unmarked = now
    .replace(/\s*$/, '')
    .split(/(?<=[。！？!?])(?!\s*\[s)|(?<=\.)\s+(?!\[s)/)
    .filter((part) => part.trim() !== '' && !/\[s\d+\]/.test(part))
  if (unmarked.length > 0) return 'a sentence cites nothing'
  const known = new Set(before.sentences.flatMap(({ text }) => figuresIn(text)))
  const invented = figuresIn(now.replaceAll(/\[s\d+\]/g, '')).find((figure) => !known.has(figure))
  return invented === undefined ? undefined : `it says ${invented}, which the report does not`
}

const instruction = {
  zh: '把下面编号的句子改写成一段通顺的中文。不得增加、删去或改动任何事实、数字、名称；每句末尾保留它依据的编号，如 [s1]。只输出改写后的段落。',
  en: 'Rewrite the numbered sentences below as one fluent paragraph. Add, drop or change no fact, figure or name; end each sentence with the number it rests on, like [s1]. Answer with the paragraph alone.',
} as const

/** Chat completion of the OpenAI-compatible interface. @returns the text, or why there is none */
const ask = async (
  ctx: Ctx,
  { url, model }: RephraseSettings,
  messages: readonly { role: string; content: string }[],
): Promise<{ text: string } | { why: string }> => {
  const key = await readSecret(ctx.vault, ctx.pg, secretName)
  try {
    const answer = await callOut(`${url.replace(/\/+$/, '')}/chat/completions`, {
      headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model, messages, temperature: 0 }),
      timeoutMs: 20_000,
      allowInside: ctx.config.webhooksPrivate,
    })
    if (answer.status !== 200) return { why: `the service answered ${answer.status}` }
    const said: unknown = JSON.parse(answer.body)
    const text = textOf(said)
    return text === undefined ? { why: 'the answer has no text' } : { text }
  } catch (error) {
    if (error instanceof NoAnswer) return { why: `no answer (${error.code})` }
    if (error instanceof SyntaxError) return { why: 'the answer is not JSON' }
    throw error
  }
}

const textOf = (said: unknown): string | undefined => {
  if (typeof said !== 'object' || said === null || !('choices' in said) || !Array.isArray(said.choices))
    return undefined
  const first: unknown = said.choices[0]
  if (typeof first !== 'object' || first === null || !('message' in first)) return undefined
  const { message } = first
  if (typeof message !== 'object' || message === null || !('content' in message)) return undefined
  return typeof message.content === 'string' ? message.content.trim() : undefined
}

/**
 * Has the sentences of a report reworded, section by section, and keeps what passes the check beside the report; the report
 * itself stays as it is, whatever happens. Only sentences go out: no post, no name of an account.
 * @throws reports.rephraseOff, reports.reportUnknown
 */
export const rephrase = async (ctx: Ctx, { id }: { id: number }): Promise<Rephrased> => {
  const settings = await rephraseSettings(ctx)
  if (!settings.on || settings.url === '') throw problem.rephraseOff()
  const row = await ctx.pg
    .selectFrom('opinion.report')
    .select(['facts', 'language'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw problem.reportUnknown({ id })
  const made: Rephrased = { at: ctx.now().toISOString(), model: settings.model, paragraphs: [], dropped: [] }
  for (const section of outlineOf(row.facts).sections) {
    // What quotes posts stays in the house.
    if (section.sentences.length === 0 || section.key === 'events') continue
    const said = section.sentences.map(({ text }, index) => `[s${index + 1}] ${text}`).join('\n')
    const answer = await ask(ctx, settings, [
      { role: 'system', content: instruction[row.language] },
      { role: 'user', content: said },
    ])
    const why = 'why' in answer ? answer.why : faultOf(section, answer.text)
    if (why === undefined && 'text' in answer) made.paragraphs.push({ section: section.key, text: answer.text })
    else made.dropped.push({ section: section.key, why: why ?? '' })
  }
  await ctx.tx(async (ctx) => {
    await ctx.pg
      .updateTable('opinion.report')
      .set({ rephrased: JSON.stringify(made) })
      .where('id', '=', id)
      .execute()
    await ctx.audit.record(ctx, {
      action: 'opinion.reportRephrased',
      detail: { id, model: settings.model, kept: made.paragraphs.length, dropped: made.dropped.length },
    })
  })
  return made
}
