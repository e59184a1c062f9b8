import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { shippedFile } from '#models'
import type { ReadablePost, Reading } from './reading.ts'

/** What a thread is given to open its models. */
export interface ThreadFiles {
  version: number
  heads: Uint8Array
  reviews: Uint8Array
  rumour: Uint8Array
}

export interface Asked {
  id: number
  posts: readonly ReadablePost[]
}

export type Answered = { id: number; readings: Reading[] } | { id: number; error: string }

interface Thread {
  worker: Worker
  waiting: Map<number, { done: (readings: Reading[]) => void; fail: (error: Error) => void }>
}

const threads = 2
/** Posts in one message: a thread is never long without an answer. */
const portion = 500

let pool: { version: number; threads: Thread[] } | undefined
let next = 0

const start = (files: ThreadFiles): Thread => {
  const worker = new Worker(new URL('./reading-thread.ts', import.meta.url), { name: 'reading', workerData: files })
  // Nobody waits for a thread that has nothing to do.
  worker.unref()
  const waiting: Thread['waiting'] = new Map()
  const failAll = (error: Error) => {
    for (const { fail } of waiting.values()) fail(error)
    waiting.clear()
    if (pool?.threads.some((thread) => thread.worker === worker)) pool = undefined
  }
  worker.on('message', (answered: Answered) => {
    const asker = waiting.get(answered.id)
    waiting.delete(answered.id)
    if (waiting.size === 0) {
      if (pool?.threads.some((thread) => thread.worker === worker)) worker.unref()
      // Of a version that is no longer in force: this was its last answer.
      else void worker.terminate()
    }
    if ('error' in answered) asker?.fail(new Error(answered.error))
    else asker?.done(answered.readings)
  })
  worker.on('error', failAll)
  worker.on('exit', (code) => failAll(new Error(`The thread that reads posts ended (${code})`)))
  return { worker, waiting }
}

const poolFor = ({ version, bytes }: { version: number; bytes?: Uint8Array | undefined }) => {
  if (pool?.version === version) return pool
  // The threads of the version before end when they have answered.
  const before = pool
  const file = (name: 'posts-1' | 'reviews-1' | 'rumour-1') => readFileSync(shippedFile(name))
  const files: ThreadFiles = {
    version,
    heads: bytes ?? file('posts-1'),
    reviews: file('reviews-1'),
    rumour: file('rumour-1'),
  }
  pool = { version, threads: Array.from({ length: threads }, () => start(files)) }
  for (const { worker, waiting } of before?.threads ?? []) if (waiting.size === 0) void worker.terminate()
  return pool
}

/** Reads posts in threads, in the order given. */
export const readInThreads = async (
  posts: readonly ReadablePost[],
  active: { version: number; bytes?: Uint8Array | undefined },
): Promise<Reading[]> => {
  const { threads } = poolFor(active)
  const parts: Promise<Reading[]>[] = []
  for (let from = 0; from < posts.length; from += portion) {
    const id = ++next
    const thread = threads[id % threads.length]
    if (!thread) continue
    parts.push(
      new Promise((done, fail) => {
        thread.waiting.set(id, { done, fail })
        thread.worker.ref()
        const asked: Asked = { id, posts: posts.slice(from, from + portion) }
        thread.worker.postMessage(asked)
      }),
    )
  }
  return (await Promise.all(parts)).flat()
}
