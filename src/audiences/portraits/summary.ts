import type { FieldPortrait, PortraitSet } from './contract.ts'

/** A portrait in words, from its numbers alone. Pure. */

const mentioned = 5

/** What finance companies call these, until the dictionary has a title of its own. */
const common: Readonly<Record<string, string>> = {
  age: '年龄',
  gender: '性别',
  sex: '性别',
  marital: '婚姻状况',
  maritalStatus: '婚姻状况',
  education: '学历',
  job: '职业',
  occupation: '职业',
  income: '收入',
  incomeFen: '收入',
  monthlyIncomeFen: '月收入',
  creditLimitFen: '授信额度',
  city: '城市',
  province: '省份',
  housing: '房贷',
  loan: '个人贷款',
  default: '是否违约',
  contact: '联系方式',
  balance: '余额',
  birthday: '生日',
  registeredAt: '注册时间',
  channel: '渠道',
  riskTags: '风险标签',
}

const chinese = ({ key, kind, title }: FieldPortrait): string =>
  kind === 'trait' && key === `trait:${title}` ? (common[title] ?? title) : title

interface Difference {
  field: FieldPortrait
  place: number
  gap: number
}

/** The class of a field in which the set and the base differ most in shares, if beyond chance. */
const widest = (field: FieldPortrait, set: number): Difference | undefined =>
  field.classes
    .flatMap((one, place): Difference[] => {
      const share = one.sets[set]?.share
      if (share == null || one.base.share === null || !one.sets[set]?.significant) return []
      return [{ field, place, gap: share - one.base.share }]
    })
    .sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap))[0]

const percent = (share: number) => `${(share * 100).toFixed(1)}%`
const counted = (count: number | null, language: 'zh' | 'en') =>
  count === null ? (language === 'zh' ? '不足 10' : 'fewer than 10') : count.toLocaleString('en-US')

/**
 * The size, and the five fields that tell the set best, each by the class with the widest gap: shares, index, percentage
 * points. Fields that the set is defined by are named apart, for there the difference is no discovery.
 * @param fields what tells most first
 */
export const summarise = (
  set: number,
  { base, sets, fields }: { base: PortraitSet; sets: readonly PortraitSet[]; fields: readonly FieldPortrait[] },
): { zh: string[]; en: string[] } => {
  const own = sets[set]
  if (!own) return { zh: [], en: [] }
  const of = own.size !== null && base.size ? own.size / base.size : null
  const zh = [
    `「${own.name}」共 ${counted(own.size, 'zh')} 人${of === null || base.kind !== 'all' ? '' : `，占全体客户的 ${percent(of)}`}。`,
  ]
  const en = [
    `“${own.name}” holds ${counted(own.size, 'en')} people${of === null || base.kind !== 'all' ? '' : `, ${percent(of)} of all customers`}.`,
  ]
  const against = base.kind === 'all' ? { zh: '全体', en: 'all' } : { zh: `「${base.name}」`, en: `“${base.name}”` }
  const ranked = [...fields]
    .sort((a, b) => (b.differences[set] ?? 0) - (a.differences[set] ?? 0))
    .map((field) => ({ field, difference: widest(field, set) }))
  const byDesign = ranked.filter(({ field }) => field.byDesign[set])
  const found = ranked.flatMap(({ field, difference }) => (difference && !field.byDesign[set] ? [difference] : []))
  if (found.length === 0) {
    zh.push(`与${against.zh}相比没有发现显著差异。`)
    en.push(`No difference from ${against.en} beyond chance.`)
  } else {
    const count = Math.min(mentioned, found.length)
    zh.push(`与${against.zh}相比差异最大的 ${count} 项：`)
    en.push(
      count === 1
        ? `The largest difference from ${against.en}:`
        : `The ${count} largest differences from ${against.en}:`,
    )
  }
  found.slice(0, mentioned).forEach(({ field, place, gap }, i) => {
    const one = field.classes[place]
    const ofSet = one?.sets[set]
    if (!one || !ofSet || ofSet.share === null || one.base.share === null) return
    const points = `${gap > 0 ? '+' : '−'}${Math.abs(gap * 100).toFixed(1)}`
    const index = ofSet.tgi === null ? '' : Math.round(ofSet.tgi).toString()
    zh.push(
      `${i + 1}. ${chinese(field)}「${one.label.zh}」：占 ${percent(ofSet.share)}，${against.zh} ${percent(one.base.share)}（${points} 个百分点${index && `，TGI ${index}`}）；`,
    )
    en.push(
      `${i + 1}. ${field.title} “${one.label.en}”: ${percent(ofSet.share)} against ${percent(one.base.share)} (${points} points${index && `, TGI ${index}`});`,
    )
  })
  if (found.length > 0) {
    zh.push(zh.pop()?.replace(/；$/, '。') ?? '')
    en.push(en.pop()?.replace(/;$/, '.') ?? '')
  }
  if (byDesign.length > 0) {
    zh.push(`${byDesign.map(({ field }) => `「${chinese(field)}」`).join('、')}由人群定义决定，不计入以上差异。`)
    en.push(`By its own definition it also differs in ${byDesign.map(({ field }) => `“${field.title}”`).join(', ')}.`)
  }
  return { zh, en }
}
