import { narrow } from './digits.ts'

/** Surnames of two characters in use; whoever is not here is masked after one character. */
const COMPOUND_SURNAMES = new Set(
  (
    '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 ' +
    '钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 ' +
    '呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 第五 歐陽 東方 司馬 諸葛 尉遲 長孫 慕容 令狐 鍾離'
  ).split(' '),
)

/** 张三 → 张*, 张三丰 → 张**, 欧阳明日 → 欧阳**, John Smith → J**. At most two stars, so the length says little. */
export const maskName = (name: string) => {
  const characters = [...narrow(name)]
  if (characters.length < 2) return '*'
  const surname = characters.slice(0, 2).join('')
  const kept = characters.length > 2 && COMPOUND_SURNAMES.has(surname) ? surname : (characters[0] ?? '')
  return kept + '*'.repeat(Math.min(2, characters.length - [...kept].length))
}

/** 13812345678 → 138****5678. Other numbers keep the last two digits. */
export const maskPhone = (phone: string) => {
  const digits = narrow(phone).replace(/\D/g, '')
  const national = /^(?:00)?86(1\d{10})$/.exec(digits)?.[1] ?? digits
  if (/^1\d{10}$/.test(national)) return `${national.slice(0, 3)}****${national.slice(7)}`
  return digits.length >= 7 ? `****${digits.slice(-2)}` : '****'
}

/** 11010519491231002X → 110105********002X. */
export const maskIdCard = (idCard: string) => {
  const number = narrow(idCard).replace(/[\s-]/g, '').toUpperCase()
  return number.length === 18 || number.length === 15
    ? `${number.slice(0, 6)}${'*'.repeat(number.length - 10)}${number.slice(-4)}`
    : '********'
}

/** 6222021234567890128 → ****0128. */
export const maskBankCard = (card: string) => {
  const digits = narrow(card).replace(/\D/g, '')
  return digits.length >= 12 ? `****${digits.slice(-4)}` : '****'
}

/** zhang.san@example.com → z***@example.com. */
export const maskEmail = (email: string) => {
  const text = narrow(email)
  const at = text.lastIndexOf('@')
  return at > 0 ? `${[...text][0] ?? ''}***${text.slice(at)}` : '***'
}

const PLACE = /^(?:.{2,8}?(?:省|自治区|特别行政区))?(?:.{1,10}?(?:市|自治州|地区|盟))?(?:.{1,10}?(?:区|县|旗|市))?/u

/** 广东省深圳市南山区科技园路1号 → 广东省深圳市南山区****. Without a place name at its start nothing is kept. */
export const maskAddress = (address: string) => `${PLACE.exec(narrow(address))?.[0] ?? ''}****`

/** Ids that stand for a person without saying who (account, device, WeChat): both ends stay, at most a third of it. */
export const maskId = (id: string) => {
  const characters = [...id]
  const kept = Math.min(4, Math.floor(characters.length / 6))
  if (kept === 0) return '****'
  return `${characters.slice(0, kept).join('')}****${characters.slice(-kept).join('')}`
}

/** Anything personal of which no more is known: the first character stays when there are at least two. */
export const maskText = (text: string) => {
  const characters = [...text]
  return characters.length < 2 ? '***' : `${characters[0] ?? ''}***`
}

const MASKS: Readonly<Record<string, (value: string) => string>> = {
  phone: maskPhone,
  idCard: maskIdCard,
  bankCard: maskBankCard,
  email: maskEmail,
  name: maskName,
  address: maskAddress,
  wechatUnionId: maskId,
  wechatOpenId: maskId,
  wechatId: maskId,
  userId: maskId,
  accountId: maskId,
  deviceId: maskId,
  anonymousId: maskId,
  ip: maskId,
  birthday: (value) => `${/^\d{4}/.exec(narrow(value))?.[0] ?? '****'}-**-**`,
}

/**
 * A personal value as others may see it.
 * @param kind what it is: an identifier kind, or name, address, birthday, ip; anything else is masked as free text
 */
export const mask = (kind: string, value: string) =>
  (Object.hasOwn(MASKS, kind) ? (MASKS[kind] ?? maskText) : maskText)(value)
