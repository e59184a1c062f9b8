/** A Chinese address taken apart. Empty text: not said. */
export interface Address {
  /** Normalised, without white space and punctuation. */
  text: string
  province: string
  city: string
  district: string
  /** Road or street with its name, or the village or estate where there is none. */
  road: string
  /** House number, digits as written: `18`, `18-2`. */
  number: string
  /** Building, unit and room: the digits of what follows, joined by `-`: `3-2-501`. */
  room: string
}

/** Names of provinces without 省, 市, 自治区, so that 广西 and 广西壮族自治区 are one. */
const provinces = (
  '北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 ' +
  '陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门'
).split(' ')
const municipalities = new Set(['北京', '天津', '上海', '重庆'])
const provinceTail = /^(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)/u

const digitOf: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('〇零一二三四五六七八九').map((character, index) => [character, String(Math.max(0, index - 1))]),
)

/** 三十二号 → 32号: Chinese numerals before a counting word of addresses. */
const withDigits = (text: string): string =>
  text.replaceAll(/[〇零一二三四五六七八九十百]+(?=号|弄|栋|幢|座|楼|单元|室|层|组|巷)/gu, (numeral) => {
    if (!/[十百]/u.test(numeral))
      return Array.from(numeral)
        .map((character) => digitOf[character] ?? '')
        .join('')
    let total = 0
    let digit = 0
    for (const character of numeral) {
      if (character === '百' || character === '十') {
        total += (digit === 0 ? 1 : digit) * (character === '百' ? 100 : 10)
        digit = 0
      } else digit = Number(digitOf[character] ?? 0)
    }
    return String(total + digit)
  })

const takePart = (text: string, pattern: RegExp): [part: string, rest: string] => {
  const found = pattern.exec(text)
  return found ? [found[1] ?? '', text.slice(found[0].length)] : ['', text]
}

/**
 * Takes an address apart; what it does not understand stays in `text`.
 * @param plain as `normaliseText` leaves it
 */
export const readAddress = (plain: string): Address => {
  const text = withDigits(plain.replaceAll(/[\s,，。、;；·]+/gu, '')).replaceAll('#', '号')
  let rest = text.replace(/^(?:中国|中华人民共和国)/u, '')
  let province = ''
  const named = provinces.find((name) => rest.startsWith(name))
  if (named !== undefined) {
    province = named
    rest = rest.slice(named.length).replace(provinceTail, '')
  }
  let city = ''
  if (municipalities.has(province)) {
    city = province
    rest = rest.replace(/^(?:市辖区|市)/u, '').replace(new RegExp(`^${province}市?`, 'u'), '')
  } else [city, rest] = takePart(rest, /^([\p{Script=Han}]{2,8}?)(?:市|地区|自治州|盟)/u)
  let district = ''
  ;[district, rest] = takePart(rest, /^([\p{Script=Han}]{1,8}?)(?:自治县|区|县|旗|市(?!场))/u)
  rest = rest.replace(/^[\p{Script=Han}]{1,6}?(?:街道(?!\d)|镇|乡)(?=[\p{Script=Han}])/u, '')
  let road = ''
  const onRoad = /^([\p{Script=Han}\d]{1,12}?(?:大道|大街|胡同|路|街|巷|道|弄))/u.exec(rest)
  const inPlace = onRoad ?? /^([\p{Script=Han}]{2,12}?(?:小区|花园|新村|家园|公寓|苑|村|园|城|庄))/u.exec(rest)
  if (inPlace) {
    road = inPlace[1] ?? ''
    rest = rest.slice(road.length)
  }
  let number = ''
  const numbered = /^[\p{Script=Han}]{0,12}?(\d+(?:-\d+)?)(?:号(?!楼|院)|弄)/u.exec(rest)
  if (numbered && onRoad) {
    number = numbered[1] ?? ''
    rest = rest.slice(numbered[0].length)
  }
  return {
    text,
    province,
    city,
    district,
    road,
    number,
    room: (rest.match(/\d+|[A-Za-z](?=座|栋|幢)/gu) ?? []).join('-'),
  }
}

/**
 * - `same`: the same text, or the same road, number and room
 * - `house`: the same road and number, room not said or another
 * - `road`: the same road or estate in one city, or nearly the same text
 * - `district`, `city`: the same one, nothing finer in common
 */
export type AddressLikeness = 'same' | 'house' | 'road' | 'district' | 'city' | 'other'

/** Share of the shorter text's pairs of neighbouring characters that the other text has too, 0 to 1. */
export const bigramOverlap = (a: string, b: string): number => {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a]
  if (shorter.length < 2) return shorter !== '' && longer.includes(shorter) ? 1 : 0
  let shared = 0
  for (let i = 0; i + 1 < shorter.length; i++) {
    const [first, second] = [shorter.charCodeAt(i), shorter.charCodeAt(i + 1)]
    for (let j = 0; j + 1 < longer.length; j++) {
      if (longer.charCodeAt(j) !== first || longer.charCodeAt(j + 1) !== second) continue
      shared++
      break
    }
  }
  return shared / (shorter.length - 1)
}

const agree = (a: string, b: string): boolean => a !== '' && a === b
const contradict = (a: string, b: string): boolean => a !== '' && b !== '' && a !== b

/** Share of bigrams from which two texts are nearly the same. */
const nearly = 0.85

export const addressLikeness = (a: Address, b: Address): AddressLikeness => {
  if (a.text === b.text) return 'same'
  if (contradict(a.province, b.province) || contradict(a.city, b.city)) return 'other'
  const sameRoad = agree(a.road, b.road) && !contradict(a.district, b.district)
  if (sameRoad && agree(a.number, b.number)) return agree(a.room, b.room) ? 'same' : 'house'
  if (sameRoad && a.number === '' && b.number === '' && agree(a.room, b.room)) return 'same'
  if (sameRoad || bigramOverlap(a.text, b.text) >= nearly) return 'road'
  if (agree(a.district, b.district)) return 'district'
  return agree(a.city, b.city) ? 'city' : 'other'
}
