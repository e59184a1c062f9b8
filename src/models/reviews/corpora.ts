import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { bareText } from '../text/fold.ts'
import { csvRecords } from '../training/csv-records.ts'
import { nearTo } from '../training/near-duplicates.ts'
import { hashOf } from '../training/seeded.ts'

/** What a review is about, as far as its corpus tells; experts are trained for each. */
export const fields = ['book', 'hotel', 'food', 'device', 'goods', 'grocery'] as const
export type Field = (typeof fields)[number]

export interface Review {
  text: string
  positive: boolean
  corpus: 'chnsenticorp' | 'shopping' | 'food'
  field?: Field | undefined
}

const fieldOf: Readonly<Record<string, Field>> = {
  书籍: 'book',
  酒店: 'hotel',
  计算机: 'device',
  平板: 'device',
  手机: 'device',
  水果: 'grocery',
  蒙牛: 'grocery',
}

const isLabel = (label: string | undefined) => label === '0' || label === '1'

/** Reviews of a corpus in the folder of `chinese-sentiment`. */
const reader = (folder: string) => {
  const read = (name: string) => gunzipSync(readFileSync(join(folder, name))).toString('utf8')
  const chnsenticorp = (name: string): Review[] =>
    read(name)
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
      .filter(([label]) => isLabel(label))
      .map(([label, text = '']) => ({ text, positive: label === '1', corpus: 'chnsenticorp' }))
  return {
    chnsenticorp,
    shopping: (): Review[] =>
      csvRecords(read('online-shopping-train.csv.gz'))
        .slice(1)
        .filter(([, label]) => isLabel(label))
        .map(([about = '', label, text = '']) => ({
          text,
          positive: label === '1',
          corpus: 'shopping',
          field: fieldOf[about] ?? 'goods',
        })),
    food: (): Review[] =>
      csvRecords(read('waimai-train.csv.gz'))
        .slice(1)
        .filter(([label]) => isLabel(label))
        .map(([label, text = '']) => ({ text, positive: label === '1', corpus: 'food', field: 'food' })),
  }
}

/** A tenth, by the Chinese characters of the text, so that texts that differ in signs stay together. */
const heldBack = ({ text }: Review) => hashOf(bareText(text) || text) % 10 === 0

/** Reviews kept back: ChnSentiCorp dev as published and a tenth of the other corpora. */
export const heldReviews = (folder: string) => {
  const { chnsenticorp, shopping, food } = reader(folder)
  return {
    chnsenticorp: chnsenticorp('chnsenticorp-dev.tsv.gz'),
    shopping: shopping().filter(heldBack),
    food: food().filter(heldBack),
  }
}

/** Which part of the corpora is learnt from. */
export type Share =
  /** All but dev of ChnSentiCorp: train as published, the others without the exact texts of dev. These weights are shipped. */
  | 'published'
  /** The same without the exact texts of the tenths kept back, wherever they stand. */
  | 'without-tenth'
  /** Nothing near to any text kept back, and nothing twice: what may be expected of texts never seen. */
  | 'strict'

const key = (text: string) => bareText(text) || text

/** Reviews of ChnSentiCorp, online-shopping-10-cats and waimai to learn from. */
export const reviewsToLearn = (folder: string, share: Share): Review[] => {
  const { chnsenticorp, shopping, food } = reader(folder)
  const held = heldReviews(folder)
  const published = chnsenticorp('chnsenticorp-train.tsv.gz')
  const others = [...shopping(), ...food()]
  if (share === 'strict') {
    const isNear = nearTo(Object.values(held).flatMap((some) => some.map(({ text }) => text)))
    const apart = (some: readonly Review[]) => some.filter(({ text }) => !isNear(text))
    const learnt = apart(others.filter((review) => !heldBack(review)))
    const known = new Set(learnt.filter(({ corpus }) => corpus === 'shopping').map(({ text }) => key(text)))
    return [...apart(published).filter(({ text }) => !known.has(key(text))), ...learnt]
  }
  // Most of ChnSentiCorp was gathered from the same shops: a text that stands in both is of the same field.
  const fieldsOf = new Map(others.map(({ text, field }) => [key(text), field]))
  const dev = new Set(held.chnsenticorp.map(({ text }) => key(text)))
  const all = [
    ...published.map((review) => ({ ...review, field: fieldsOf.get(key(review.text)) })),
    ...others.filter(({ text }) => !dev.has(key(text))),
  ]
  if (share === 'published') return all
  const tenths = new Set([...held.shopping, ...held.food].map(({ text }) => key(text)))
  return all.filter(({ text }) => !tenths.has(key(text)))
}

/** Reviews that do not stand, sign for sign or nearly, among those learnt from. */
export const unseen = (some: readonly Review[], learnt: readonly Review[]): Review[] => {
  const known = new Set(learnt.map(({ text }) => key(text)))
  return some.filter(({ text }) => !known.has(key(text)))
}
