import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { MatchPlan } from '../../src/customers/matching/match.ts'

const evaluationData = process.env.ZHIYIN_EVAL_DATA ?? resolve(import.meta.dirname, '../../../shared/data')

/**
 * The records of a FEBRL set, empty text where there is no value.
 * @throws when the evaluation data are not there
 */
export const readFebrl = (set: number): Record<string, string>[] => {
  const file = join(evaluationData, 'febrl', `dataset${set}.csv.gz`)
  if (!existsSync(file))
    throw new Error(`${file} is missing; set ZHIYIN_EVAL_DATA to the folder of the evaluation data`)
  const [head = '', ...lines] = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  const names = head.split(',').map((name) => name.trim())
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((value, index) => [names[index] ?? '', value.trim()])),
  )
}

/** `rec-N-org` and `rec-N-dup-k` are one person. */
export const febrlPerson = (record: Record<string, string>): string => record.rec_id?.split('-')[1] ?? ''

export interface PairwiseQuality {
  precision: number
  recall: number
  f1: number
  /** Pairs of records that are one person in truth. */
  truePairs: number
  /** Pairs that were found, right or wrong. */
  foundPairs: number
}

const pairs = (n: number): number => (n * (n - 1)) / 2
const pairsWithin = (labels: readonly unknown[]): number =>
  [...Map.groupBy(labels, (label) => label).values()].reduce((sum, { length }) => sum + pairs(length), 0)

/**
 * Precision, recall and F1 over pairs of records.
 * @param people who each record is
 * @param clusters where each record was put
 */
export const pairwiseQuality = (
  people: readonly (string | number)[],
  clusters: readonly (string | number)[],
): PairwiseQuality => {
  const truePairs = pairsWithin(people)
  const foundPairs = pairsWithin(clusters)
  const right = pairsWithin(people.map((person, index) => `${person}|${clusters[index]}`))
  const precision = foundPairs === 0 ? 1 : right / foundPairs
  const recall = truePairs === 0 ? 1 : right / truePairs
  return {
    precision,
    recall,
    f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    truePairs,
    foundPairs,
  }
}

/** What the FEBRL sets are matched by: every column, the obvious comparison for it, keys that one slip does not all break. */
export const febrlPlan = ({ withNumber }: { withNumber: boolean }): MatchPlan => ({
  fields: [
    { field: 'given_name', comparison: 'name', termFrequency: true },
    { field: 'surname', comparison: 'name', termFrequency: true },
    { field: 'street_number', comparison: 'digits' },
    { field: 'address_1', comparison: 'text', termFrequency: true },
    { field: 'address_2', comparison: 'text' },
    { field: 'suburb', comparison: 'text', termFrequency: true },
    { field: 'postcode', comparison: 'digits', termFrequency: true },
    { field: 'state', comparison: 'exact' },
    { field: 'date_of_birth', comparison: 'date' },
    ...(withNumber ? [{ field: 'soc_sec_id', comparison: 'digits' } as const] : []),
  ],
  blocking: [
    ...(withNumber ? [[{ field: 'soc_sec_id', form: 'whole' } as const]] : []),
    [{ field: 'date_of_birth', form: 'whole' }],
    [{ field: 'surname', form: 'whole' }],
    [{ field: 'given_name', form: 'whole' }],
    [{ field: 'address_1', form: 'whole' }],
    [
      { field: 'suburb', form: 'whole' },
      { field: 'street_number', form: 'whole' },
    ],
    [
      { field: 'surname', form: 'sound' },
      { field: 'date_of_birth', form: 'year' },
    ],
    [{ field: 'postcode', form: 'whole' }],
    [{ field: 'suburb', form: 'whole' }],
  ],
  linkFrom: 0.5,
  reviewFrom: 0.01,
})
