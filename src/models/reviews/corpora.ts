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

/**
 * Reviews of ChnSentiCorp, online-shopping-10-cats and waimai.
 * @returns `held`; `train`, without what is near to any of them and without what ChnSentiCorp and online-shopping share;
 * `left`, how many were too near
 */
export const reviews = (folder: string) => {
  const { chnsenticorp, shopping, food } = reader(folder)
  const held = heldReviews(folder)
  const isNear = nearTo(Object.values(held).flatMap((some) => some.map(({ text }) => text)))
  const rest = [
    ...chnsenticorp('chnsenticorp-train.tsv.gz'),
    ...[...shopping(), ...food()].filter((review) => !heldBack(review)),
  ]
  const apart = rest.filter(({ text }) => !isNear(text))
  const known = new Set(apart.filter(({ corpus }) => corpus === 'shopping').map(({ text }) => bareText(text)))
  return {
    held,
    train: apart.filter(({ corpus, text }) => corpus !== 'chnsenticorp' || !known.has(bareText(text))),
    left: rest.length - apart.length,
  }
}

/** ChnSentiCorp as published, where 342 of the 1,200 dev texts stand in train too: only to compare with published figures. */
export const asPublished = (folder: string) => {
  const { chnsenticorp } = reader(folder)
  return { train: chnsenticorp('chnsenticorp-train.tsv.gz'), dev: chnsenticorp('chnsenticorp-dev.tsv.gz') }
}
