import { Problem } from './problem.ts'

/** Codes of stores that are away, starting, full or shutting down. */
const codes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOSPC',
  '25006',
  '57P01',
  '57P03',
  '57P02',
  '53100',
  '53200',
  '53300',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
])

/** What the Postgres client and our embedded store say without a code. */
const texts =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|The embedded Postgres has stopped|Waited \d+ ms for the embedded Postgres)/

/** Whether a store could not be reached or could not write: nothing is wrong with what was asked, and it may work later. */
export const isStoreAway = (error: unknown): boolean => {
  if (error instanceof Problem) return error.status === 503
  if (!(error instanceof Error)) return false
  return ('code' in error && codes.has(error.code)) || texts.test(error.message)
}
