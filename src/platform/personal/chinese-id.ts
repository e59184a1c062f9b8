import { narrow } from './digits.ts'

/** GB 11643-1999 (ISO 7064 MOD 11-2): weights of the first 17 digits and the check character for each remainder. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const CHECK = '10X98765432'

/** Province level of GB/T 2260, with 71 Taiwan, 81 Hong Kong, 82 Macao (8300…, 8100…, 8200… on residence permits). */
const PROVINCES: ReadonlyMap<string, string> = new Map([
  ['11', '北京市'],
  ['12', '天津市'],
  ['13', '河北省'],
  ['14', '山西省'],
  ['15', '内蒙古自治区'],
  ['21', '辽宁省'],
  ['22', '吉林省'],
  ['23', '黑龙江省'],
  ['31', '上海市'],
  ['32', '江苏省'],
  ['33', '浙江省'],
  ['34', '安徽省'],
  ['35', '福建省'],
  ['36', '江西省'],
  ['37', '山东省'],
  ['41', '河南省'],
  ['42', '湖北省'],
  ['43', '湖南省'],
  ['44', '广东省'],
  ['45', '广西壮族自治区'],
  ['46', '海南省'],
  ['50', '重庆市'],
  ['51', '四川省'],
  ['52', '贵州省'],
  ['53', '云南省'],
  ['54', '西藏自治区'],
  ['61', '陕西省'],
  ['62', '甘肃省'],
  ['63', '青海省'],
  ['64', '宁夏回族自治区'],
  ['65', '新疆维吾尔自治区'],
  ['71', '台湾省'],
  ['81', '香港特别行政区'],
  ['82', '澳门特别行政区'],
  ['83', '台湾省'],
])

export interface ChineseId {
  /** 18 characters, the last one 0–9 or X. */
  number: string
  /** Calendar date YYYY-MM-DD. */
  birthday: string
  gender: 'male' | 'female'
  /** Six digits of GB/T 2260; only the province part is checked, counties come and go. */
  region: string
  /** Name of the province, or '外国人' on the foreign permanent resident card (first digit 9, province in digits 2–3). */
  province: string
}

/**
 * The check character of the first 17 digits.
 * Source: GB 11643-1999; 11010519491231002 → X, 44052418800101001 → 4.
 */
export const checkCharacter = (first17: string) => {
  let sum = 0
  for (let i = 0; i < 17; i += 1) sum += (first17.charCodeAt(i) - 48) * (WEIGHTS[i] ?? 0)
  return CHECK.charAt(sum % 11)
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** True for a real calendar day from 1850 to today (China time), given as YYYYMMDD. */
export const isBirthday = (digits: string, today = new Date()) => {
  const year = Number(digits.slice(0, 4))
  const month = Number(digits.slice(4, 6))
  const day = Number(digits.slice(6, 8))
  if (!(year >= 1850) || month < 1 || month > 12 || day < 1 || day > (DAYS[month - 1] ?? 0)) return false
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return false
  const china = new Date(today.getTime() + 8 * 3_600_000)
  return (
    year * 10_000 + month * 100 + day <=
    china.getUTCFullYear() * 10_000 + (china.getUTCMonth() + 1) * 100 + china.getUTCDate()
  )
}

const provinceOf = (number: string) =>
  number.startsWith('9')
    ? PROVINCES.has(number.slice(1, 3))
      ? '外国人'
      : undefined
    : PROVINCES.get(number.slice(0, 2))

/** True when the place and the birth date could be those of a number; says nothing of the check character. */
export const hasIdShape = (digits: string, today?: Date) =>
  provinceOf(digits) !== undefined && isBirthday(digits.slice(6, 14), today)

/** True for exactly 17 ASCII digits and the right check character (X upper or lower case). */
export const isChineseId = (number: string, today?: Date) =>
  /^\d{17}[\dXx]$/.test(number) &&
  checkCharacter(number) === number.charAt(17).toUpperCase() &&
  hasIdShape(number, today)

/**
 * A resident identity number with what it says, GB 11643.
 * @param text 18 characters, or the 15-digit form used before 1999, which is brought to 18 (century 19, check character added);
 *   full-width characters, spaces and lower-case x are accepted
 * @param today the day after which nobody is born yet
 * @returns undefined when province, birth date or check character is wrong
 */
export const parseChineseId = (text: string, today?: Date): ChineseId | undefined => {
  let number = narrow(text).replace(/[\s-]/g, '').toUpperCase()
  if (/^\d{15}$/.test(number)) {
    const first17 = `${number.slice(0, 6)}19${number.slice(6)}`
    number = first17 + checkCharacter(first17)
  }
  if (!isChineseId(number, today)) return undefined
  const province = provinceOf(number)
  if (province === undefined) return undefined
  return {
    number,
    birthday: `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`,
    gender: Number(number.charAt(16)) % 2 === 1 ? 'male' : 'female',
    region: number.slice(0, 6),
    province,
  }
}
