import { type CallAnswer, callOut, NoAnswer, namesInside, namesNever } from '#platform'
import type { Outcome, ProviderWorld } from './adapter.ts'

/** What a request waits for an answer. Shorter than the lease of a send, so that nobody else takes it for lost meanwhile. */
export const providerTimeoutMs = 15_000

/**
 * A request to a provider. An administrator chose the address, and gateways often stand in the company's own network; over the open
 * net nothing about people goes in clear.
 * @throws NoAnswer
 */
export const callProvider = (
  { signal }: Pick<ProviderWorld<unknown>, 'signal'>,
  address: string,
  { method, headers, body }: { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string | Buffer },
): Promise<CallAnswer> =>
  callOut(address, {
    ...(method && { method }),
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
    timeoutMs: providerTimeoutMs,
    allowInside: true,
    signal,
  })

/** Whether an account may be reached at this address: https, or http to a place inside; never a link's or a cloud's metadata. */
export const isProviderAddress = (address: string): boolean => {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  if (namesNever(hostname)) return false
  return protocol === 'https:' || (protocol === 'http:' && (namesInside(hostname) || !hostname.includes('.')))
}

/**
 * The outcome of a request that got no whole answer. Only where no connection came about is it certain that nothing was taken.
 * @throws what is no failure of the network
 */
export const unsent = (error: unknown): Outcome => {
  if (!(error instanceof NoAnswer)) throw error
  return error.reached
    ? { is: 'unknown', code: error.code, detail: error.message }
    : { is: 'rejected', code: error.code, detail: error.message, next: 'other', fault: true }
}

/**
 * An answer that is not what the protocol says, by its status: 4xx was refused before anything was done, 5xx may have been done. Its
 * body is not shown: whoever sets an account up must not read what stands at an address inside.
 */
export const oddAnswer = ({ status }: Pick<CallAnswer, 'status'>): Outcome => {
  const detail = `HTTP ${status}`
  if (status === 429) return { is: 'rejected', code: 'HTTP_429', detail, next: 'later', retryAfterMs: 1_000 }
  if (status >= 400 && status < 500 && status !== 408)
    return { is: 'rejected', code: `HTTP_${status}`, detail, next: 'other', fault: true }
  return { is: 'unknown', code: `HTTP_${status}`, detail }
}

/** JSON or undefined. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Runs for each of `items`, `atOnce` at a time; results in their order. */
export const eachOf = async <T, R>(
  items: readonly T[],
  atOnce: number,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at]
      if (item !== undefined) results[at] = await run(item, at)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
  return results
}
