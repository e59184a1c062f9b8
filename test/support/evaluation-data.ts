import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = process.env.ZHIYIN_EVAL_DATA ?? resolve(import.meta.dirname, '../../../shared/data')

/** Path of a file of the public data sets, which the repository does not hold. @throws when it is missing */
export const evaluationFile = (name: string): string => {
  const path = join(folder, name)
  assert.ok(existsSync(path), `${path} is missing; set ZHIYIN_EVAL_DATA to the folder of the evaluation data`)
  return path
}
