import { callOut, targetFault } from '#platform'
import { problem } from './problem.ts'

/** @throws problem.webhookTarget for what can be seen to be inside without asking anyone */
export const checkTarget = (address: string, allowInside: boolean): void => {
  const reason = targetFault(address, allowInside)
  if (reason) throw problem.webhookTarget({ reason })
}

const timeoutMs = 10_000
/** Nothing of an answer is read but whether it came. */
const answerBytes = 65_536

/**
 * Posts JSON and gives the status. Redirections are not followed.
 * @throws when there is no answer within ten seconds, or the address is inside and may not be
 */
export const postJson = async (
  address: string,
  body: string,
  headers: Record<string, string>,
  { allowInside, signal }: { allowInside: boolean; signal?: AbortSignal },
): Promise<number> => {
  checkTarget(address, allowInside)
  const { status } = await callOut(address, {
    headers: { 'content-type': 'application/json', ...headers },
    body,
    timeoutMs,
    allowInside,
    answerBytes,
    ...(signal && { signal }),
  })
  return status
}
