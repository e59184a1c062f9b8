import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { scratchDir, type TestApp } from '#test'

export interface ImportRun {
  id: string
  state: string
  read: number
  accepted: number
  merged: number
  rejected: number
  fieldsRejected: number
  error: string | null
  rejectsFile: string | null
}

const files = scratchDir('imports')
let made = 0

/** A file with this content. */
export const aFile = (content: string | Uint8Array, name = 'file.csv'): string => {
  const path = join(files, `${++made}-${name}`)
  writeFileSync(path, content)
  return path
}

export const over = (state: string) => state !== 'queued' && state !== 'running'

/** Waits until an import is over. @throws when it takes longer than a minute */
export const finished = async ({ ok }: Pick<TestApp, 'ok'>, id: string): Promise<ImportRun> => {
  for (let waited = 0; waited < 60_000; waited += 50) {
    const run = await ok<ImportRun>('GET', `/api/imports/${id}`)
    if (over(run.state)) return run
    await pause(50)
  }
  throw new Error(`Import ${id} did not end`)
}

/** Imports a file of this machine and waits for its end. */
export const imported = async (
  app: Pick<TestApp, 'ok'>,
  kind: 'customers' | 'events' | 'consents',
  path: string,
  mapping: object,
): Promise<ImportRun> => {
  const { id } = await app.ok<{ id: string }>('POST', '/api/imports', { kind, path, mapping })
  return finished(app, id)
}

/** The four counts, for one comparison. */
export const counts = ({ read, accepted, merged, rejected }: ImportRun) => ({ read, accepted, merged, rejected })

/** A resident identity number with a right check digit, made up. */
export const idCard = (n: number): string => {
  const body = `52${String(n % 10_000).padStart(4, '0')}1990010${1 + (n % 9)}${String(Math.floor(n / 10_000) % 1_000).padStart(3, '0')}`
  const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce(
    (total, weight, at) => total + weight * Number(body[at]),
    0,
  )
  return `${body}${'10X98765432'[sum % 11]}`
}
