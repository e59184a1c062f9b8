/** A piece of ClickHouse SQL with its typed parameters. Text holds `{p0:UInt32}` placeholders, never a value. */
export interface Sql {
  readonly parts: readonly string[]
  readonly values: readonly (Param | Sql)[]
}

/** A value with the ClickHouse type it travels as. */
export interface Param {
  readonly type: string
  readonly value: unknown
}

const param = (type: string, value: unknown): Param => ({ type, value })

export const str = (value: string) => param('String', value)
export const u8 = (value: number) => param('UInt8', value)
export const u16 = (value: number) => param('UInt16', value)
export const u32 = (value: number) => param('UInt32', value)
export const u64 = (value: number | bigint) => param('UInt64', value.toString())
export const i64 = (value: number | bigint) => param('Int64', value.toString())
export const f64 = (value: number) => param('Float64', value)
export const uuid = (value: string) => param('UUID', value)
/** The instants that DateTime64 knows. Nothing is stored beyond them, so a comparison with the nearest says the same. */
const earliestMs = Date.UTC(1900, 0, 1)
const latestMs = Date.UTC(2299, 11, 31, 23, 59, 59, 999)
export const moment = (value: Date) =>
  param(
    "DateTime64(3, 'UTC')",
    new Date(Math.max(earliestMs, Math.min(latestMs, value.getTime())))
      .toISOString()
      .replace('T', ' ')
      .replace('Z', ''),
  )
export const strings = (value: readonly string[]) => param('Array(String)', value)
export const u32s = (value: readonly number[]) => param('Array(UInt32)', value)
export const u64s = (value: readonly (number | bigint)[]) => param('Array(UInt64)', value.map(BigInt))
export const f64s = (value: readonly number[]) => param('Array(Float64)', value)
/** A table or column name from a list in code; it is quoted by ClickHouse itself. */
export const identifier = (value: string) => param('Identifier', value)

/**
 * ClickHouse SQL as a template: `sql\`select 1 where a = ${u32(5)} and ${fragment}\``.
 * Only parameters and other `sql` pieces can be put in; a bare string does not compile.
 */
export const sql = (parts: TemplateStringsArray, ...values: (Param | Sql)[]): Sql => ({ parts, values })

/** The pieces one after another with `separator` between them: `join(conditions, ' and ')`. */
export const join = (
  pieces: readonly (Param | Sql)[],
  separator: ' and ' | ' or ' | ', ' | ' + ' | ' union all ' | ' union distinct ' | ' intersect ' | ' except ' | ' ',
): Sql => ({
  parts: pieces.length === 0 ? [''] : ['', ...pieces.slice(1).map(() => separator), ''],
  values: pieces,
})

const isSql = (value: Param | Sql): value is Sql => 'parts' in value

/** Text with numbered placeholders and the parameters by name, ready for the client. */
export const render = (query: Sql): { text: string; params: Record<string, unknown> } => {
  const params: Record<string, unknown> = {}
  let count = 0
  const write = ({ parts, values }: Sql): string => {
    let text = parts[0] ?? ''
    values.forEach((value, i) => {
      if (isSql(value)) text += write(value)
      else {
        const name = `p${count++}`
        params[name] = value.value
        text += `{${name}:${value.type}}`
      }
      text += parts[i + 1] ?? ''
    })
    return text
  }
  return { text: write(query), params }
}
