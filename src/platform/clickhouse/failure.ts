import { ClickHouseError, parseError } from '@clickhouse/client'
import { problem } from '../problem.ts'

// 243 NOT_ENOUGH_SPACE, 242 TABLE_IS_READ_ONLY, 252 TOO_MANY_PARTS, 210 NETWORK_ERROR, 279 ALL_CONNECTION_TRIES_FAILED,
// 425 SYSTEM_ERROR, 999 KEEPER_EXCEPTION: nothing is wrong with the statement, the store cannot take it now.
const unavailableCodes = new Set(['210', '242', '243', '252', '279', '425', '999'])
const unavailableText =
  /ENOSPC|EROFS|EDQUOT|No space left on device|Read-only file system|Disk quota exceeded|errno: (28|30|122)\b/
const networkText =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN|socket hang up|Timeout error/

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** Whether no answer came from the server at all, so that another server may be asked. */
export const isNetworkFailure = (error: unknown): boolean =>
  !(error instanceof ClickHouseError) &&
  error instanceof Error &&
  networkText.test(`${codeOf(error) ?? ''} ${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`)

/**
 * What a failed statement is thrown as: `platform.unavailable` when the store cannot be reached or cannot write (full
 * disk, read-only disk, no connection), else a `ClickHouseError` with the number in `code` and the name in `type`
 * ("159", "TIMEOUT_EXCEEDED"), else the error itself.
 */
export const failure = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error.name === 'AbortError') return error
  const parsed = parseError(error)
  const known = parsed instanceof ClickHouseError ? parsed : undefined
  if (isNetworkFailure(error)) return problem.unavailable({ store: 'clickhouse', reason: 'not reachable' })
  if ((known && unavailableCodes.has(known.code)) || unavailableText.test(error.message))
    return problem.unavailable({ store: 'clickhouse', reason: known?.type ?? 'the disk is full or read-only' })
  if (known && known !== error) known.cause = error
  return parsed
}
