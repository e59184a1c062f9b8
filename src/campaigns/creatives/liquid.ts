import { Liquid, type Template } from 'liquidjs'
import { daysUntil, liquidFilters, ownFilters, written } from './filters.ts'
import type { Missing } from './rendered-contract.ts'

/** Where a text ends up, which says how values are escaped in it. */
export type Place = 'plain' | 'html' | 'json'

const tags = ['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'comment', 'raw', '#']
const filters = new Set<string>([...liquidFilters, ...Object.keys(ownFilters), 'days_until', 'json', 'short'])

/** Where the data hold what makes short links. No template can ask for it by this name. */
export const shortenerName = '#short'

/** Inside a string of JSON: quotes and control characters of values cannot end it. */
const forJson = (value: unknown) =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(written(value)).slice(1, -1)

const forHtml = (value: unknown) =>
  written(value).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const escapes: Record<Place, (value: unknown) => string> = { plain: written, html: forHtml, json: forJson }

const engineFor = (place: Place): Liquid => {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `{% if customer.name %}` and `| default:` may ask for what is not there.
    lenientIf: true,
    ownPropertyOnly: true,
    // A text is no program: 100 ms, 100,000 characters of source, half a million of what it makes.
    renderLimit: 100,
    parseLimit: 100_000,
    memoryLimit: 500_000,
    relativeReference: false,
    templates: {},
    outputEscape: escapes[place],
  })
  for (const [name, filter] of Object.entries(ownFilters)) engine.registerFilter(name, filter)
  engine.registerFilter('json', {
    // In JSON it is the quoted text itself; elsewhere it is escaped like any other value.
    raw: place === 'json',
    handler: (value: unknown) => JSON.stringify(value ?? null),
  })
  engine.registerFilter('days_until', function (value: unknown) {
    const { now } = this.context.environments as { now?: string }
    return daysUntil(value, now)
  })
  engine.registerFilter('short', function (value: unknown) {
    const { [shortenerName]: short } = this.context.environments as { [shortenerName]?: (target: string) => string }
    const target = written(value)
    return short && target !== '' ? short(target) : target
  })
  // No include, render, layout: a creative is whole in itself and reads no file.
  for (const name of Object.keys(engine.tags)) if (!tags.includes(name)) delete engine.tags[name]
  for (const name of Object.keys(engine.filters)) if (!filters.has(name)) delete engine.filters[name]
  return engine
}

const engines: Record<Place, Liquid> = { plain: engineFor('plain'), html: engineFor('html'), json: engineFor('json') }

/** What is wrong with a template, and where: from 1. */
export class TemplateFault extends Error {
  readonly line: number
  readonly column: number
  readonly reason: string

  constructor(reason: string, line: number, column: number) {
    super(`${reason} (line ${line}, column ${column})`)
    this.name = 'TemplateFault'
    this.reason = reason
    this.line = line
    this.column = column
  }
}

interface LiquidFailure extends Error {
  token?: { getPosition(): [number, number] }
  originalError?: Error & { variableName?: string }
}

const faultOf = (error: unknown): TemplateFault => {
  const { message, token, originalError } = error as LiquidFailure
  const [line, column] = token?.getPosition() ?? [1, 1]
  const said = originalError?.message ?? message
  return new TemplateFault(said.replace(/, line:.*$/s, '').slice(0, 200), line, column)
}

export interface Compiled {
  place: Place
  templates: Template[]
}

/** @throws TemplateFault when it is not Liquid, or asks for a tag or filter that is not there */
export const compileText = (source: string, place: Place): Compiled => {
  try {
    return { place, templates: engines[place].parse(source) }
  } catch (error) {
    throw faultOf(error)
  }
}

/** A variable that a template asks for: its path and where it stands, from 1. */
export interface Asked {
  path: readonly string[]
  line: number
  column: number
}

/** All that a template asks its data for, each place of it. @throws TemplateFault */
export const variablesIn = (source: string): Asked[] => {
  const { templates } = compileText(source, 'plain')
  const { globals } = engines.plain.analyzeSync(templates, { partials: false })
  return Object.values(globals).flatMap((uses) =>
    uses.map(({ segments, location }) => ({
      path: segments.map((segment) =>
        typeof segment === 'string' || typeof segment === 'number' ? String(segment) : '*',
      ),
      line: location.row,
      column: location.col,
    })),
  )
}

export type Scope = Readonly<Record<string, unknown>>

/** Most values: nothing in them to clean, seen without the tables of Unicode. */
const isPlain = /^[\x21-\x7e\u3400-\u9fff](?:[\x20-\x7e\u3400-\u9fff]{0,498}[\x21-\x7e\u3400-\u9fff])?$/

/** What a person's own values may not do in a message: break lines, hide characters, go on for ever. */
const clean = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') {
    if (isPlain.test(value)) return value
    const text = value.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').trim()
    return text === '' ? undefined : text.slice(0, 500)
  }
  if (value === null || depth > 6) return undefined
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.slice(0, 200).map((one) => clean(one, depth + 1))
  if (typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, below]) => {
      const kept = clean(below, depth + 1)
      return kept === undefined ? [] : [[name, kept]]
    }),
  )
}

/** Data for any number of texts: cleaned once; null and empty texts count as missing. */
export const scopeOf = (data: Scope): Scope => clean(data) as Scope

/** Most values that one text may lack; beyond that the data are not the ones it was written for. */
const mostMissing = 50

/**
 * Fills a template.
 * @returns the text, and what it asked for and nobody supplied (left empty)
 * @throws TemplateFault when a filter cannot take its value or a limit is passed
 */
export const fillText = (
  { place, templates }: Compiled,
  scope: Scope,
): { text: string; missing: Omit<Missing, 'field'>[] } => {
  const missing: Omit<Missing, 'field'>[] = []
  let data = scope
  for (;;) {
    try {
      const text = String(engines[place].renderSync(templates, data))
      // What lacks a part of a path was first told of its beginning.
      const whole = missing.filter(
        ({ variable }) => !missing.some((other) => other.variable.startsWith(`${variable}.`)),
      )
      return { text, missing: whole }
    } catch (error) {
      const variableName = (error as LiquidFailure).originalError?.variableName
      if (variableName === undefined || missing.length >= mostMissing) throw faultOf(error)
      const { line } = faultOf(error)
      missing.push({ variable: variableName, line })
      data = withBlank(data, variableName.split('.'))
    }
  }
}

/** The same data with an empty text at a path, so that the rendering gets past it. */
const withBlank = (data: Scope, [name = '', ...rest]: readonly string[]): Scope => {
  const below = data[name]
  const inner = typeof below === 'object' && below !== null && !Array.isArray(below) ? (below as Scope) : {}
  return { ...data, [name]: rest.length === 0 ? '' : withBlank(inner, rest) }
}
