import type { Text } from '../i18n/text.ts'
import type { Effects, Estimate, Group } from './effect-shapes.ts'
import { stepName } from './step-name.ts'

type Cell = string | number | null

const stages = ['asked', 'refused', 'waiting', 'sent', 'delivered', 'read', 'clicked', 'failed', 'unknown'] as const

const estimated = (estimate: { value: number; low: number; high: number | null } | null): Cell[] =>
  estimate ? [estimate.value, estimate.low, estimate.high] : [null, null, null]

const inYuan = ({ value, low, high }: { value: number; low: number; high: number | null }) => ({
  value: value / 100,
  low: low / 100,
  high: high === null ? null : high / 100,
})

/** Every figure of the page, one a row: part, item, measure, value, and its interval where it has one. Shares are plain numbers. */
export const effectRows = (t: Text, effects: Effects): Cell[][] => {
  const words = t.effects
  const { csv } = words
  const rows: Cell[][] = [[csv.part, csv.item, csv.measure, csv.value, csv.low, csv.high]]
  const add = (part: string, item: string, measure: string, value: Cell, interval: Cell[] = []) =>
    rows.push([part, item, measure, value, ...interval])
  const estimate = (part: string, item: string, measure: string, value: Estimate | null) =>
    rows.push([part, item, measure, ...estimated(value)])
  const yuan = (name: string) => `${name} (${csv.moneyUnit})`
  const group = (part: string, item: string, { people, did, share }: Group, rate: string) => {
    add(part, item, csv.people, people)
    add(part, item, csv.did, did)
    estimate(part, item, rate, share)
  }

  add(words.title, csv.all, csv.asOf, effects.asOf)
  for (const stage of stages) add(words.funnel, csv.all, words.stages[stage], effects.total[stage])
  for (const stage of ['asked', 'sent', 'delivered', 'clicked'] as const)
    add(words.people, csv.all, words.stages[stage], effects.people[stage])

  const { holdout, cost, guardrails } = effects
  if (holdout) {
    group(words.holdout, words.treated, holdout.treated, words.rate)
    group(words.holdout, words.control, holdout.control, words.rate)
    if (holdout.comparison) {
      estimate(words.holdout, csv.all, words.difference, holdout.comparison.difference)
      estimate(words.holdout, csv.all, words.lift, holdout.comparison.lift)
      add(words.holdout, csv.all, csv.p, holdout.comparison.p)
    }
    estimate(words.holdout, csv.all, words.incremental, holdout.incremental)
  }
  add(words.cost, csv.all, yuan(words.cost), cost.costFen / 100)
  if (cost.perConversionFen !== null) add(words.cost, csv.all, yuan(csv.perConversion), cost.perConversionFen / 100)
  if (cost.perIncrementalFen)
    rows.push([words.cost, csv.all, yuan(words.costPer), ...estimated(inYuan(cost.perIncrementalFen))])
  if (cost.gainFen) rows.push([words.cost, csv.all, yuan(words.gain), ...estimated(inYuan(cost.gainFen))])

  for (const { code, sends, people } of effects.refusals) {
    add(words.refusals, t.refusals.codes[code].name, words.sends, sends)
    add(words.refusals, t.refusals.codes[code].name, csv.people, people)
  }
  for (const [name, guard] of [
    [words.optOuts, guardrails.optOuts],
    [words.complaints, guardrails.complaints],
  ] as const)
    group(words.guardrails, name, guard, words.share)

  for (const { key, name, arms, comparisons } of effects.experiments) {
    const part = `${words.experiments} ${name ?? key}`
    arms.forEach((arm, i) => {
      group(part, arm.name, arm, words.rate)
      const comparison = i === 0 ? null : comparisons[i - 1]
      if (comparison) {
        estimate(part, arm.name, words.versusFirst(arms[0]?.name ?? ''), comparison.difference)
        add(part, arm.name, csv.p, comparison.p)
      }
    })
  }
  for (const row of effects.steps) {
    const item = `${stepName(t, row)} · ${t.campaigns.channels[row.channel]}`
    for (const stage of stages) add(words.steps, item, words.stages[stage], row[stage])
    add(words.steps, item, yuan(words.cost), row.costFen / 100)
  }
  for (const { day, sent, delivered, treatedDid, controlDid } of effects.days) {
    add(words.trend, day, words.sentADay, sent)
    add(words.trend, day, words.stages.delivered, delivered)
    add(words.trend, day, words.treatedADay, treatedDid)
    add(words.trend, day, words.controlADay, controlDid)
  }
  return rows
}
