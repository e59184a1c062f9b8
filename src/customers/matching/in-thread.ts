import { Worker } from 'node:worker_threads'
import type { Matched, MatchPlan, MatchStep } from './match.ts'
import type { Answered, Asked } from './matching-thread.ts'

export interface MatchingThread {
  /** Takes a page of people in, field by field; resolves when the thread has it. */
  add(values: readonly (readonly (string | null)[])[]): Promise<void>
  /** Matches everybody taken in. */
  match(asked: Omit<Extract<Asked, { do: 'match' }>, 'do'>): Promise<Matched>
  /** Ends the thread and forgets the values. */
  stop(): Promise<void>
}

/**
 * Matching on a thread of its own: requests are answered meanwhile, and the values of people are gone when it ends. What is
 * under way when the signal aborts rejects with its reason.
 */
export const openMatching = (
  plan: MatchPlan,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (step: MatchStep, share: number) => void },
): MatchingThread => {
  const worker = new Worker(new URL('./matching-thread.ts', import.meta.url), { name: 'matching', workerData: plan })
  let waiting: PromiseWithResolvers<Matched | undefined> | undefined
  let gone: Error | undefined
  const fail = (error: Error) => {
    gone = error
    waiting?.reject(error)
    waiting = undefined
  }
  worker.on('message', (answer: Answered) => {
    if (answer.said === 'progress') return onProgress(answer.step, answer.share)
    if (answer.said === 'failed') return fail(new Error(answer.message))
    waiting?.resolve(answer.said === 'matched' ? answer.matched : undefined)
    waiting = undefined
  })
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error('the matching thread failed')))
  worker.on('exit', () => fail(gone ?? new Error('the matching thread has ended')))
  const abort = () => {
    fail(signal.reason instanceof Error ? signal.reason : new Error('cancelled'))
    void worker.terminate()
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()

  const ask = (asked: Asked, move: ArrayBuffer[] = []): Promise<Matched | undefined> => {
    if (gone) return Promise.reject(gone)
    waiting = Promise.withResolvers<Matched | undefined>()
    const { promise } = waiting
    worker.postMessage(asked, move)
    return promise
  }
  return {
    add: async (values) => void (await ask({ do: 'rows', values })),
    match: async (asked) => {
      const matched = await ask({ do: 'match', ...asked })
      if (!matched) throw new Error('the matching thread gave no answer')
      return matched
    },
    stop: async () => {
      signal.removeEventListener('abort', abort)
      await worker.terminate()
    },
  }
}
