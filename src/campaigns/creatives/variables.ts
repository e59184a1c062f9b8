import { traitEntries } from '#customers'
import { type Ctx, fieldMeaning } from '#platform'
import type { VariableEntry } from './creative-contract.ts'
import type { Asked } from './liquid.ts'

/** Figures of an offer by name: what a text may ask its engine for. Rates come from there and from nowhere else. */
export const offerVariables = [
  { name: 'name', title: '产品名称', filter: '' },
  { name: 'lender', title: '贷款机构', filter: '' },
  { name: 'licence', title: '金融许可证编号', filter: '' },
  { name: 'contact', title: '机构联系方式', filter: '' },
  { name: 'aprSimple', title: '年化利率（单利）', filter: ' | rate' },
  { name: 'aprCompound', title: '年化利率（复利）', filter: ' | rate' },
  { name: 'minAmountFen', title: '最低额度（元）', filter: ' | yuan' },
  { name: 'maxAmountFen', title: '最高额度（元）', filter: ' | yuan' },
  { name: 'minMonths', title: '最短期数', filter: '' },
  { name: 'maxMonths', title: '最长期数', filter: '' },
] as const

const others: readonly VariableEntry[] = [
  ['links.preference', '偏好设置页', 'links'],
  ['links.unsubscribe', '退订页', 'links'],
  ['campaign.name', '营销活动名称', 'campaign'],
  ['sender.name', '机构名称', 'sender'],
  ['sender.contact', '机构联系方式', 'sender'],
].map(([name = '', title = '', group]) => ({
  name,
  title,
  // The page of a person has a long address; a text message is charged by its length.
  insert: `{{ ${name}${group === 'links' ? ' | short' : ''} }}`,
  group: group as VariableEntry['group'],
  personal: false,
}))

/** Kinds of personal values that no message needs. */
const never = new Set(['idCard', 'bankCard', 'wechatUnionId', 'wechatOpenId', 'wechatId'])

const filterFor = (name: string, type: string): string => {
  if (/(?:Fen|_fen)$/.test(name)) return ' | yuan'
  return type === 'date' || type === 'datetime' ? ' | date' : ''
}

/** Names that Liquid reads without brackets. */
const isPlainName = (name: string) => /^[A-Za-z_][\w-]*$/.test(name)
const traitPath = (name: string) => (isPlainName(name) ? `customer.${name}` : `customer[${JSON.stringify(name)}]`)

/** Everything a text may ask for. Traits that never stand in a message are left out. */
export const listVariables = async (ctx: Ctx): Promise<{ items: VariableEntry[] }> => {
  const traits = await traitEntries(ctx)
  const customer = [...traits.values()].flatMap(({ name, title, type, personal }): VariableEntry[] => {
    const kind = fieldMeaning(name)?.personal
    if (kind !== undefined && never.has(kind)) return []
    const fallback = kind === 'name' ? ' | default: "客户"' : ''
    return [
      {
        name: `customer.${name}`,
        title,
        insert: `{{ ${traitPath(name)}${filterFor(name, type)}${fallback} }}`,
        group: 'customer',
        personal: personal || kind !== undefined,
      },
    ]
  })
  const offer = offerVariables.map(
    ({ name, title, filter }): VariableEntry => ({
      name: `offer.${name}`,
      title,
      insert: `{{ offer.${name}${filter} }}`,
      group: 'offer',
      personal: false,
    }),
  )
  return { items: [...customer.sort((a, b) => a.name.localeCompare(b.name)), ...offer, ...others] }
}

export type VariableFault = 'unknownRoot' | 'unknownTrait' | 'unknownField' | 'never' | 'purpose'

export interface Known {
  title: string
  personal: boolean
}

/** Judges variables by the dictionary and the lists above. */
export const variableJudge = async (ctx: Ctx) => {
  const traits = await traitEntries(ctx)
  const fixed = new Map<string, string>([
    ...offerVariables.map(({ name, title }): [string, string] => [`offer.${name}`, title]),
    ...others.map(({ name, title }): [string, string] => [name, title]),
  ])
  return ({ path }: Pick<Asked, 'path'>, purpose: string): { fault?: VariableFault; known?: Known } => {
    const [root = '', field = ''] = path
    if (root === 'trigger') return { known: { title: field, personal: false } }
    if (root === 'customer') {
      const kind = fieldMeaning(field)?.personal
      if (kind !== undefined && never.has(kind)) return { fault: 'never' }
      const trait = traits.get(field)
      if (!trait) return { fault: 'unknownTrait' }
      const personal = trait.personal || kind !== undefined
      const known = { title: trait.title, personal }
      return personal && purpose === '' ? { fault: 'purpose', known } : { known }
    }
    if (!['offer', 'links', 'campaign', 'sender', 'now'].includes(root)) return { fault: 'unknownRoot' }
    const title = fixed.get(`${root}.${field}`)
    return title === undefined ? { fault: 'unknownField' } : { known: { title, personal: false } }
  }
}
