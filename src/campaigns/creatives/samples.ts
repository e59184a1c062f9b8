import { ownOrigin } from '#compliance'
import { traitEntries } from '#customers'
import { type Ctx, fieldMeaning, readSetting } from '#platform'
import type { SamplePerson } from './creative-contract.ts'
import type { RenderData } from './render.ts'

type Sample = string | number | boolean

const fullByKind: Readonly<Record<string, string>> = {
  name: '张三',
  phone: '13800138000',
  email: 'zhangsan@example.com',
  address: '上海市浦东新区',
}
const longByKind: Readonly<Record<string, string>> = {
  name: '欧阳阿依古丽',
  phone: '13800138000',
  email: 'a.very.long.name.of.somebody@mail.example.com',
  address: '新疆维吾尔自治区巴音郭楞蒙古自治州库尔勒市',
}

const sampleOf = (
  { name, type, allowed }: { name: string; type: string; allowed: readonly Sample[] | null },
  long: boolean,
): Sample => {
  const kind = fieldMeaning(name)?.personal
  const known = kind === undefined ? undefined : (long ? longByKind : fullByKind)[kind]
  if (known !== undefined) return known
  if (allowed && allowed.length > 0)
    return (long ? [...allowed].sort((a, b) => String(b).length - String(a).length)[0] : allowed[0]) ?? ''
  if (type === 'number' || type === 'integer')
    return name.endsWith('Fen') ? (long ? 19_999_999 : 300_000) : long ? 123_456 : 3
  if (type === 'boolean') return true
  if (type === 'date' || type === 'datetime') return '2026-12-18'
  return long ? '一个比较长的示例文字' : '示例'
}

/** Figures of no real offer, where none was chosen; the long ones are as wide as figures get. */
const sampleOffer = (long: boolean) => ({
  name: long ? '明月消费金融个人循环消费贷款' : '月光贷',
  lender: long ? '明月消费金融股份有限公司' : '明月消费金融',
  licence: 'X0000H000000001',
  contact: '400-000-0000',
  aprSimple: 0.12,
  aprCompound: 0.1268,
  minAmountFen: 100_000,
  maxAmountFen: 20_000_000,
  minMonths: 3,
  maxMonths: 24,
})

/** Where pages of a person would be; nobody is there. */
const samplePages = 'https://p.example.cn/'
const links = { preference: `${samplePages}aB3xK9`, unsubscribe: `${samplePages}u/aB3xK9` }
/** Text and links without those that only samples have: what the writer did not write is not judged. */
export const withoutSamplePages = (text: string): string => text.replaceAll(/https:\/\/p\.example\.cn\/\S*/g, ' ')
export const isSamplePage = (url: string): boolean => url.startsWith(samplePages)

/** As long as a short link of this installation: an SMS is charged by its length. */
const sampleShort = (ctx: Ctx): string => `${samplePages}s/`.padEnd(`${ownOrigin(ctx)}/s/`.length + 22, 'x')

/** What a message has besides the customer and the offer. */
export const surroundings = async (
  ctx: Ctx,
): Promise<Pick<RenderData, 'links' | 'campaign' | 'sender' | 'short' | 'now'>> => {
  const name = (await readSetting(ctx, 'companyName')) ?? '本机构'
  return {
    links,
    campaign: { name: '示例活动' },
    sender: { name, contact: '400-000-0000' },
    short: (target) => (/^https?:/.test(target) ? sampleShort(ctx) : target),
    now: ctx.now().toISOString(),
  }
}

/**
 * Made-up people for previews. full: every trait of the dictionary has a usual value. bare: nothing is known of him, the offer
 * alone. long: every value as long as it gets, for the worst case of an SMS.
 */
export const sampleData = async (ctx: Ctx, person: SamplePerson, offer: RenderData['offer']): Promise<RenderData> => {
  const long = person === 'long'
  const traits = person === 'bare' ? [] : [...(await traitEntries(ctx)).values()]
  return {
    ...(await surroundings(ctx)),
    customer: Object.fromEntries(traits.map((trait) => [trait.name, sampleOf(trait, long)])),
    offer: offer ?? sampleOffer(long),
    trigger: {},
  }
}
