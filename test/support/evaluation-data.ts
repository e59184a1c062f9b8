import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'

const folder = process.env.ZHIYIN_EVAL_DATA ?? resolve(import.meta.dirname, '../../../shared/data')

/** Path of a file of the public data sets, which the repository does not hold. @throws when it is missing */
export const evaluationFile = (name: string): string => {
  const path = join(folder, name)
  assert.ok(existsSync(path), `${path} is missing; set ZHIYIN_EVAL_DATA to the folder of the evaluation data`)
  return path
}

/**
 * Events of the CED rumours as lines of JSON.
 * @param reposts `false` leaves out each event's reposts, most of the 68 MB
 * @param first so many megabytes of the packed file, for who needs only some events: 1 holds about a hundred
 */
export const cedLines = ({ reposts = true, first }: { reposts?: boolean; first?: number } = {}): string[] => {
  const packed = readFileSync(evaluationFile('ced/events.jsonl.gz'))
  const part = first === undefined ? packed : packed.subarray(0, first * 1_000_000)
  const lines = gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8').split('\n')
  // The last one is empty, or cut off.
  const whole = lines.slice(0, -1)
  return reposts ? whole : whole.map((line) => `${line.slice(0, line.indexOf(',"repostsTotal":'))}}`)
}
