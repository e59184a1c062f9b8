import { profileOf } from '#customers'
import { type Ctx, type Json, problem as platformProblem } from '#platform'
import type { CreativeWords, Preview, PreviewRequest } from './creative-contract.ts'
import { figuresOf } from './offer-figures.ts'
import { priceOf } from './prices.ts'
import { type RenderData, renderCreative } from './render.ts'
import { sampleData, surroundings } from './samples.ts'
import { smsCost, smsLength } from './segments-contract.ts'

/** A real customer's traits; what is personal is masked. @throws platform.forbidden, customers.customerUnknown */
const customerData = async (ctx: Ctx, customerNo: number): Promise<RenderData> => {
  if (!ctx.actor.permissions.has('customers.read')) throw platformProblem.forbidden({ needs: 'customers.read' })
  const { traits } = await profileOf(ctx, String(customerNo))
  return {
    ...(await surroundings(ctx)),
    customer: Object.fromEntries(traits.map(({ name, value }) => [name, value])),
    trigger: {},
  }
}

/**
 * What one person would get, with what is missing for him.
 * @throws problem.template, problem.layout, platform.forbidden, customers.customerUnknown
 */
export const previewCreative = async (ctx: Ctx, { person, ...words }: PreviewRequest): Promise<Preview> => {
  const figures = words.offerId === null ? undefined : await figuresOf(ctx, words.offerId)
  const data =
    typeof person === 'string'
      ? await sampleData(ctx, person, figures?.scope)
      : { ...(await customerData(ctx, person.customerNo)), offer: figures?.scope ?? {} }
  return previewWith(ctx, words, data)
}

const previewWith = async (ctx: Ctx, { content, category }: CreativeWords, data: RenderData): Promise<Preview> => {
  const { unsubscribe, ...links } = data.links ?? {}
  const { rendered, missing } = await renderCreative(
    content,
    // Only marketing carries a way out.
    { ...data, links: category === 'marketing' ? { ...links, unsubscribe } : links },
    { mode: 'lenient' },
  )
  const length = rendered.channel === 'sms' ? smsLength(rendered.text) : null
  const price = await priceOf(ctx, content.channel)
  return {
    rendered,
    missing,
    length: length && { ...length, wide: [...length.wide] },
    costMillifen: price === undefined ? null : smsCost(length?.parts ?? 1, price),
  }
}

/** What a reviewer is shown: three sample persons, so that he sees it full, with nothing known, and at its longest. */
export const reviewPreviews = async (ctx: Ctx, words: CreativeWords): Promise<Json> => {
  const previews: Record<string, Json> = {}
  for (const person of ['full', 'bare', 'long'] as const) {
    const { rendered, missing, length } = await previewCreative(ctx, { ...words, person })
    previews[person] = JSON.parse(JSON.stringify({ rendered, missing, length })) as Json
  }
  return previews
}
