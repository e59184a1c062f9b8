import { type ChSql, ch } from '#platform'
import type { Check, FormatName } from './contract.ts'
import { problem } from './problem.ts'
import { regionCodes } from './regions.ts'
import { longestMatched } from './verify.ts'

const { sql, str, strings, f64 } = ch

/** A value as ClickHouse has it: columns or expressions. */
export interface Subject {
  text: ChSql
  /** Nullable: the number it is, by type or by its text. */
  number: ChSql
  /** Nullable: the day or instant it is. */
  moment: ChSql
  /** When it was said; for events, how late it came: see `ageDays`. */
  ageDays: ChSql
}

const numberPattern = '^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*$'
const dayPattern = '^\\d{4}-\\d{2}-\\d{2}($|[T ])'

/** A text's number and instant, read as `verify.ts` reads them. */
export const readText = (text: ChSql): Pick<Subject, 'number' | 'moment'> => ({
  number: sql`if(match(${text}, ${str(numberPattern)}), toFloat64OrNull(trimBoth(${text})), null)`,
  moment: sql`if(match(${text}, ${str(dayPattern)}), parseDateTime64BestEffortOrNull(${text}, 3, 'UTC'), null)`,
})

/** Weighted sum of the first 17 digits and the check character it asks for, GB 11643. */
const idCardHolds = (text: ChSql): ChSql =>
  sql`(match(${text}, '^[1-9]\\d{5}(18|19|20)\\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx]$') and substring('10X98765432', toUInt32(arraySum((d, w) -> toUInt32OrZero(d) * w, splitByString('', substring(${text}, 1, 17)), [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) + 1, 1) = upper(substring(${text}, 18, 1)))`
/** Luhn from the right: every second digit doubled, its digits summed. */
const luhnHolds = (text: ChSql): ChSql =>
  sql`(match(${text}, '^\\d{16,19}$') and arraySum((d, i) -> if(i % 2 = 1, toUInt32OrZero(d), (toUInt32OrZero(d) * 2) % 10 + intDiv(toUInt32OrZero(d) * 2, 10)), arrayReverse(splitByString('', ${text})), range(1, length(${text}) + 1)) % 10 = 0)`

const formatHolds = (format: FormatName, text: ChSql): ChSql => {
  switch (format) {
    case 'phone':
      return sql`match(replaceRegexpAll(${text}, '[ -]', ''), '^((\\+|00)?86)?1[3-9]\\d{9}$')`
    case 'idCard':
      return idCardHolds(text)
    case 'bankCard':
      return luhnHolds(text)
    case 'email':
      return sql`match(${text}, '^[^@\\s]+@[^@\\s]+\\.[A-Za-z]{2,}$')`
    case 'region':
      return sql`(match(${text}, '^(\\d\\d){1,3}$') and has(${strings(regionCodes)}, substring(replaceRegexpOne(${text}, '(00)+$', ''), 1, 4)))`
    case 'name':
      return sql`match(${text}, '^(\\p{Han}{1,15}([·•.]\\p{Han}{1,15}){0,4}|\\p{Latin}[\\p{Latin} .-]{1,80})$')`
    case 'date':
      return sql`(match(${text}, ${str(dayPattern)}) and ifNull(toString(toDate32OrNull(substring(${text}, 1, 10))) = substring(${text}, 1, 10), 0))`
    case 'amount':
      return sql`match(replaceRegexpAll(${text}, '[ ,]', ''), '^[-+]?[¥￥]?[-+]?(\\d+\\.?\\d*|\\.\\d+)(万|亿|千|百|十|k|w|m)?(元|块)?$')`
  }
}

const compareHolds = (operator: Extract<Check, { kind: 'compare' }>['operator'], a: Subject, b: Subject): ChSql => {
  const between = (x: ChSql, y: ChSql): ChSql => {
    switch (operator) {
      case 'eq':
        return sql`${x} = ${y}`
      case 'ne':
        return sql`${x} != ${y}`
      case 'lt':
        return sql`${x} < ${y}`
      case 'lte':
        return sql`${x} <= ${y}`
      case 'gt':
        return sql`${x} > ${y}`
      case 'gte':
        return sql`${x} >= ${y}`
    }
  }
  const apart = operator === 'ne' ? sql`1` : sql`0`
  // As numbers, else as dates, else as texts; what is of different kinds is only different.
  return sql`multiIf(${a.number} is not null and ${b.number} is not null, ${between(sql`assumeNotNull(${a.number})`, sql`assumeNotNull(${b.number})`)}, ${a.number} is not null or ${b.number} is not null, ${apart}, ${a.moment} is not null and ${b.moment} is not null, ${between(sql`assumeNotNull(${a.moment})`, sql`assumeNotNull(${b.moment})`)}, ${a.moment} is not null or ${b.moment} is not null, ${apart}, ${between(a.text, b.text)})`
}

const instant = (bound: string, end: boolean) => ch.moment(new Date(Date.parse(bound) + (end ? 86_399_999 : 0)))

/**
 * Whether a value that is there holds, as one expression of ClickHouse: what `verifier` says of one value, for all at once.
 * @param other the other field, where the check compares
 * @throws quality.ruleUnfit for `required` and `unique`, which are about who has a value at all
 */
export const holdsSql = (check: Check, subject: Subject, other?: Subject): ChSql => {
  const { text, number, moment, ageDays } = subject
  switch (check.kind) {
    case 'range': {
      const { min, max } = check
      const parts: ChSql[] = []
      const value = typeof (min ?? max) === 'string' ? moment : number
      parts.push(sql`${value} is not null`)
      if (typeof min === 'number') parts.push(sql`${value} >= ${f64(min)}`)
      if (typeof max === 'number') parts.push(sql`${value} <= ${f64(max)}`)
      if (typeof min === 'string') parts.push(sql`${value} >= ${instant(min, false)}`)
      if (typeof max === 'string') parts.push(sql`${value} <= ${instant(max, true)}`)
      return sql`ifNull(${ch.join(parts, ' and ')}, 0)`
    }
    case 'length':
      return sql`(lengthUTF8(${text}) >= ${ch.u32(check.min ?? 0)} and lengthUTF8(${text}) <= ${ch.u32(check.max ?? 4_294_967_295)})`
    case 'pattern':
      return sql`(lengthUTF8(${text}) <= ${ch.u32(longestMatched)} and match(${text}, ${str(check.pattern)}))`
    case 'oneOf':
      return sql`has(${strings(check.values.map(String))}, ${text})`
    case 'format':
      return formatHolds(check.format, text)
    case 'fresh':
      return sql`${ageDays} <= ${f64(check.days)}`
    case 'compare':
      return other ? compareHolds(check.operator, subject, other) : sql`1`
    case 'required':
    case 'unique':
      throw problem.ruleUnfit({ reason: `${check.kind} is asked of everybody at once` })
  }
}

/** Why a value failed, where all are asked at once. */
export const reasonOf = (check: Check): string => {
  switch (check.kind) {
    case 'required':
      return 'Nothing is given'
    case 'range':
      if (check.min === undefined) return `Above ${check.max}`
      return check.max === undefined ? `Below ${check.min}` : `Not within ${check.min} to ${check.max}`
    case 'length':
      return check.max === undefined
        ? `Shorter than ${check.min}`
        : `Not ${check.min ?? 0} to ${check.max} characters long`
    case 'pattern':
      return 'Does not have the wanted form'
    case 'oneOf':
      return 'Not one of the allowed values'
    case 'format':
      return `Not a valid ${check.format}`
    case 'compare':
      return `Has to be ${check.operator} ${check.other}`
    case 'fresh':
      return `Older than ${check.days} days`
    case 'unique':
      return 'Others have the same value'
  }
}

/** The person a row counts for. */
export const rootNo = sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)`

/** Latest word on a trait per person: no, text, said_number, said_moment, at, source_id, import_id; who has none is left out. */
export const latestOf = (trait: string): ChSql =>
  sql`select no, w.3 as text, w.4 as said_number, w.5 as said_moment, w.1 as at, w.6 as source_id, w.7 as import_id from (
    select toUInt32(${rootNo}) as no, max((at, cityHash64(text), text, number, moment, source_id, import_id, cleared)) as w
    from traits where trait = ${str(trait)} group by no) where w.8 = 0`
