import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { csvRecords } from '../training/csv-records.ts'
import type { LabelledText } from './train-texts.ts'

export interface TextColumns {
  text: string
  label: string
  group?: string | undefined
}

/**
 * Labelled texts of a file: CSV, tab-separated values with a head line, or JSON lines; `.gz` is unpacked.
 * @throws when a column is missing
 */
export const readTexts = (path: string, columns: TextColumns): LabelledText[] => {
  const packed = readFileSync(path)
  const name = path.replace(/\.gz$/, '')
  const whole = (path.endsWith('.gz') ? gunzipSync(packed) : packed).toString('utf8').replace(/^\uFEFF/, '')
  const lines = () => whole.split(/\r?\n/).filter(Boolean)
  if (/\.jsonl?$/.test(name))
    return lines().map((line, index) => {
      const row = JSON.parse(line) as Record<string, string | number | boolean | null | undefined>
      const [text, label] = [row[columns.text], row[columns.label]]
      if (typeof text !== 'string' || label === undefined || label === null)
        throw new Error(`Line ${index + 1} of ${path} has no ${columns.text} or no ${columns.label}`)
      const group = columns.group === undefined ? undefined : row[columns.group]
      return { text, label: String(label), group: group === undefined || group === null ? undefined : String(group) }
    })
  const [head = [], ...rows] = name.endsWith('.tsv') ? lines().map((line) => line.split('\t')) : csvRecords(whole)
  const place = (column: string) => {
    const found = head.indexOf(column)
    if (found < 0) throw new Error(`${path} has no column ${column}; it has ${head.join(', ')}`)
    return found
  }
  const text = place(columns.text)
  const label = place(columns.label)
  const group = columns.group === undefined ? undefined : place(columns.group)
  return rows
    .filter((row) => row[text] && row[label])
    .map((row) => ({
      text: row[text] ?? '',
      label: row[label] ?? '',
      group: group === undefined ? undefined : row[group],
    }))
}
