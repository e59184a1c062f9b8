import { xxh3 } from '@node-rs/xxhash'
import { normaliseIdentifier, normaliseText } from '#platform'
import { momentParser } from '../import/moment.ts'
import { parseAmount } from './amount.ts'
import { repairNumber } from './check-digits.ts'
import { regionOfPhone } from './phone-region.ts'
import { problem } from './problem.ts'
import type { FillWith, FrozenStep, Step, StepCount } from './recipe-contract.ts'
import { regionName } from './regions.ts'
import type { Plain } from './verify.ts'

/** The fields of one row or customer. */
export interface Cells {
  get(field: string): Plain | undefined
  /** False when the field cannot hold the value: then it stays as it was. */
  set(field: string, value: Plain | undefined): boolean
}

export interface Cleaner {
  /** Takes the cells through all steps. @returns what changed with its value before, or 'duplicate' for a row met before */
  clean(cells: Cells): ReadonlyMap<string, Plain | undefined> | 'duplicate'
  /** Per step, since the start. */
  counts: readonly StepCount[]
}

/** Made once per step. undefined: it can make nothing of the value; the value itself: nothing to do. */
type Change = (value: Plain) => Plain | undefined

const changeOf = (step: Exclude<Step, { do: 'fill' | 'deduplicate' }>): Change => {
  switch (step.do) {
    case 'normalise':
      return (value) => {
        if (typeof value !== 'string') return value
        let text = step.simplify ? normaliseText(value) : value.normalize('NFKC').replaceAll(/\s+/gu, ' ').trim()
        if (step.spaces === 'none') text = text.replaceAll(' ', '')
        return step.case === 'upper' ? text.toUpperCase() : step.case === 'lower' ? text.toLowerCase() : text
      }
    case 'date': {
      const parse = momentParser({ format: step.format })
      if (!parse) throw problem.recipeUnfit({ step: 'date', reason: 'there is no such form of dates' })
      return (value) => {
        const wall = parse(typeof value === 'number' ? value : String(value).normalize('NFKC').trim())?.wall
        return wall && `${String(wall.year).padStart(4, '0')}-${two(wall.month)}-${two(wall.day)}`
      }
    }
    case 'amount':
      return (value) => {
        const yuan = typeof value === 'number' ? value : parseAmount(String(value))
        if (yuan === undefined) return undefined
        return step.unit === 'fen' ? Math.round(yuan * 100) : yuan
      }
    case 'map': {
      const values = new Map(Object.entries(step.values))
      return (value) => values.get(String(value).trim()) ?? (step.others === 'keep' ? value : undefined)
    }
    case 'correct':
      return (value) => repairNumber(step.kind, String(value))
  }
}

const two = (number: number) => String(number).padStart(2, '0')

/** What a missing value would be; undefined when nothing says so. */
const fillOf = ({ median, medians }: FrozenStep, source: FillWith): ((cells: Cells) => Plain | undefined) => {
  if ('constant' in source) return () => source.constant
  if ('field' in source) return (cells) => cells.get(source.field)
  if ('median' in source) {
    const { by } = source
    return (cells) => {
      const group = by === undefined ? undefined : cells.get(by)
      return (group === undefined ? undefined : medians?.[String(group)]) ?? median ?? undefined
    }
  }
  if ('regionOfPhone' in source)
    return (cells) => {
      const phone = cells.get(source.regionOfPhone)
      const code = phone === undefined ? undefined : regionOfPhone(String(phone))
      return code && regionName(code, source.level)
    }
  const idCard = (cells: Cells, field: string) => {
    const value = cells.get(field)
    return value === undefined ? undefined : normaliseIdentifier('idCard', String(value))
  }
  if ('regionOfIdCard' in source)
    return (cells) => {
      const number = idCard(cells, source.regionOfIdCard)
      return number && regionName(number, source.level)
    }
  return (cells) => {
    const number = idCard(cells, source.birthdayOfIdCard)
    return number && `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`
  }
}

const isMissing = (value: Plain | undefined) =>
  value === undefined || (typeof value === 'string' && value.trim() === '')

/**
 * Makes the function that cleans rows. Steps follow one another; what one made the next one sees.
 * @param fieldsOfRow names of all fields, for rows compared whole
 * @throws quality.recipeUnfit
 */
export const cleaner = (steps: readonly FrozenStep[], fieldsOfRow?: () => readonly string[]): Cleaner => {
  const counts = steps.map((): StepCount => ({ tried: 0, changed: 0, unable: 0 }))
  const runs = steps.map((frozen, at) => {
    const { step } = frozen
    const own = counts[at] ?? { tried: 0, changed: 0, unable: 0 }
    if (step.do === 'deduplicate') return deduplicate(step.by, own, fieldsOfRow)
    if (step.do === 'fill') {
      const fill = fillOf(frozen, step.with)
      return (cells: Cells, before: Map<string, Plain | undefined>) => {
        const held = cells.get(step.field)
        if (!isMissing(held)) return true
        own.tried += 1
        const value = fill(cells)
        if (isMissing(value) || !cells.set(step.field, value)) own.unable += 1
        else {
          own.changed += 1
          if (!before.has(step.field)) before.set(step.field, held)
        }
        return true
      }
    }
    const change = changeOf(step)
    const clears = step.do === 'map' && step.others === 'clear'
    return (cells: Cells, before: Map<string, Plain | undefined>) => {
      for (const field of step.fields) {
        const held = cells.get(field)
        if (held === undefined || isMissing(held)) continue
        own.tried += 1
        const value = change(held)
        if (value === undefined && !clears) own.unable += 1
        else if (value !== held && (typeof value === typeof held || String(value) !== String(held))) {
          if (!cells.set(field, value)) own.unable += 1
          else {
            own.changed += 1
            if (!before.has(field)) before.set(field, held)
          }
        }
      }
      return true
    }
  })
  return {
    counts,
    clean: (cells) => {
      const before = new Map<string, Plain | undefined>()
      for (const run of runs) if (!run(cells, before)) return 'duplicate'
      // What ended as it began was not changed.
      for (const [field, value] of before) if (cells.get(field) === value) before.delete(field)
      return before
    },
  }
}

/** Rows met before, by a hash of 64 bits: among 5 million rows two different ones have the same in one of a million files. */
const deduplicate = (by: readonly string[], own: StepCount, fieldsOfRow: (() => readonly string[]) | undefined) => {
  if (!fieldsOfRow) throw problem.recipeUnfit({ step: 'deduplicate', reason: 'rows are compared in files only' })
  const met = new Set<bigint>()
  return (cells: Cells) => {
    own.tried += 1
    const fields = by.length > 0 ? by : fieldsOfRow()
    const key = xxh3.xxh64(JSON.stringify(fields.map((field) => cells.get(field) ?? null)))
    // Rows without any of the named fields are not alike, they say nothing.
    if (by.length > 0 && by.every((field) => isMissing(cells.get(field)))) return true
    if (met.has(key)) {
      own.changed += 1
      return false
    }
    met.add(key)
    return true
  }
}
