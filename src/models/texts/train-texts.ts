import type { GivenCard } from '../card-contract.ts'
import { asMade, type MadeModel } from '../make.ts'
import { bareText } from '../text/fold.ts'
import { fitPlatt, type Platt, probability } from '../training/calibration.ts'
import { dataHash } from '../training/data-hash.ts'
import { fitBoth, type Line, marginsOf } from '../training/fit.ts'
import { hashReader } from '../training/hashes.ts'
import { packLines } from '../training/pack.ts'
import { hashOf } from '../training/seeded.ts'
import { rowsOf, vocabularyOf } from '../training/sparse.ts'

/** A text with the class a person gave it. Texts of one group (a thread, an author, near-duplicates) stay in one fold. */
export interface LabelledText {
  text: string
  label: string
  group?: string | undefined
}

const folds = 5
const bits = 20
const keep = 200_000

/**
 * Trains a classifier of texts and judges it in five grouped folds. Without a group, texts that are the same but for signs and
 * spaces are one group. Deterministic.
 * @throws when there are fewer than two classes or than 50 texts
 */
export const makeTexts = (
  name: string,
  texts: readonly LabelledText[],
  made: string,
  source: { name: string; licence: string },
  progress: (text: string) => void,
): MadeModel => {
  const classes = [...new Set(texts.map(({ label }) => label))].sort()
  if (classes.length < 2 || texts.length < 50)
    throw new Error(`There are ${texts.length} texts of ${classes.length} classes; at least 50 of two are needed`)
  const hashes = hashReader()
  const read = texts.map(({ text }) => hashes(text))
  const vocabulary = vocabularyOf(read, bits, 2, 'known')
  const rows = rowsOf(read, vocabulary)
  const foldOf = Uint8Array.from(
    texts,
    ({ group, text }) => hashOf(group === undefined ? bareText(text) || text : `group ${group}`) % folds,
  )
  // Two classes need one line: the other class is its opposite.
  const outputs = classes.length === 2 ? classes.slice(1) : classes
  const learn = (label: string, importance?: Float64Array): Line =>
    fitBoth({
      rows,
      features: vocabulary.buckets.length,
      labels: Uint8Array.from(texts, (one) => (one.label === label ? 1 : 0)),
      importance,
      cost: 1,
      passes: 8,
    })
  const platts: Platt[] = []
  const told = outputs.map((label) => {
    const margins = new Float64Array(texts.length)
    for (let fold = 0; fold < folds; fold++) {
      progress(`${label}: fold ${fold + 1} of ${folds}`)
      const line = learn(
        label,
        Float64Array.from(foldOf, (of) => (of === fold ? 0 : 1)),
      )
      marginsOf(rows, line).forEach((margin, row) => {
        if (foldOf[row] === fold) margins[row] = margin
      })
    }
    const platt = fitPlatt(
      margins,
      texts.map((one) => (one.label === label ? 1 : 0)),
    )
    platts.push(platt)
    return Array.from(margins, (margin) => probability(platt, margin))
  })
  const classAt = (row: number): string => {
    const shares = outputs.map((_, k) => told[k]?.[row] ?? 0)
    if (classes.length === 2) return ((shares[0] ?? 0) > 0.5 ? classes[1] : classes[0]) ?? ''
    return classes[shares.indexOf(Math.max(...shares))] ?? ''
  }
  const right = texts.filter(({ label }, row) => classAt(row) === label).length
  const f1Of = (label: string) => {
    const hits = texts.filter((one, row) => one.label === label && classAt(row) === label).length
    const are = texts.filter((one) => one.label === label).length
    const said = texts.filter((_, row) => classAt(row) === label).length
    return (2 * hits) / (are + said || 1)
  }
  const grouped = texts.some(({ group }) => group !== undefined)
  const note = `five folds; ${grouped ? 'a group stays in one fold' : 'texts that differ in signs alone stay in one fold; no groups were given'}`
  progress('all texts')
  const card: GivenCard = {
    name,
    task: 'texts',
    made,
    form: 'Lines over hashed n-grams of 1 to 3 characters, one per class, Platt sigmoid',
    sources: [{ ...source, rows: texts.length, note: '' }],
    dataHash: dataHash(texts.map(({ text, label }) => [text, label])),
    figures: [
      { name: 'accuracy', value: right / texts.length, count: texts.length, note },
      {
        name: 'macro-F1',
        value: classes.reduce((sum, label) => sum + f1Of(label), 0) / classes.length,
        count: texts.length,
        note,
      },
      ...classes.map((label) => ({
        name: `F1 of ${label}`,
        value: f1Of(label),
        count: texts.filter((one) => one.label === label).length,
        note,
      })),
    ],
    limits: ['Judged on texts like those it learnt from; other texts are not measured.'],
  }
  const model = packLines(
    'texts',
    vocabulary,
    outputs.map((label) => [label, learn(label)] as const),
    keep,
  )
  return asMade({ models: [model], extra: { classes, platts } }, card)
}
