import { Worker } from 'node:worker_threads'
import type { Answer, Task, TaskKind } from './mining-thread.ts'

export interface ThreadOptions {
  /** Ends the thread, and the promise with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Share of the work done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined
}

/**
 * Does the work on a thread of its own, so that requests are answered meanwhile. The buffers of `input` move there and are
 * empty here afterwards.
 * @throws the error of the work; the reason of the signal
 */
export const inThread = <K extends TaskKind>(
  kind: K,
  input: Task<K>['input'],
  buffers: readonly ArrayBuffer[],
  { signal, onProgress }: ThreadOptions = {},
): Promise<Task<K>['result']> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const worker = new Worker(new URL('./mining-thread.ts', import.meta.url), { name: 'mining' })
    const end = (settle: () => void) => {
      signal?.removeEventListener('abort', stop)
      worker.removeAllListeners()
      // An error that a thread being ended still throws has no one left to tell.
      worker.on('error', () => undefined)
      void worker.terminate()
      settle()
    }
    const stop = () => {
      const reason: unknown = signal?.reason
      end(() => reject(reason instanceof Error ? reason : new Error('stopped')))
    }
    signal?.addEventListener('abort', stop, { once: true })
    worker.on('message', (answer: Answer<K>) => {
      if ('progress' in answer) onProgress?.(answer.progress)
      else if ('error' in answer) end(() => reject(Object.assign(new Error(answer.error.message), answer.error)))
      else end(() => resolve(answer.result))
    })
    worker.on('error', (error: Error) => end(() => reject(error)))
    worker.on('exit', (code) => end(() => reject(new Error(`the mining thread ended with ${code}`))))
    worker.postMessage({ kind, input }, [...buffers])
  })
