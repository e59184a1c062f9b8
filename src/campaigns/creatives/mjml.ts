import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Compile, CompileAnswer } from './mjml-thread.ts'

export interface Layout {
  html: string
  /** What MJML says about the source: unknown elements and attributes. */
  errors: readonly { line: number; message: string }[]
}

/** MJML that cannot be compiled. */
export class LayoutFault extends Error {}

const longestMs = 10_000
const idleMs = 60_000
const mostLayouts = 300

const held = new Map<string, Promise<Layout>>()
let worker: Worker | undefined
let idle: NodeJS.Timeout | undefined
let asked = 0
const waiting = new Map<number, PromiseWithResolvers<Layout>>()

const stop = (reason: string) => {
  const ended = worker
  worker = undefined
  for (const { reject } of waiting.values()) reject(new LayoutFault(reason))
  waiting.clear()
  void ended?.terminate()
}

const running = (): Worker => {
  if (worker) return worker
  const started = new Worker(new URL('./mjml-thread.ts', import.meta.url), { name: 'mjml' })
  // A program that has nothing else to do may end.
  started.unref()
  started.on('message', (answer: CompileAnswer) => {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('failed' in answer) one?.reject(new LayoutFault(answer.failed))
    else one?.resolve({ html: answer.html, errors: answer.errors })
    if (waiting.size === 0) idle = setTimeout(() => stop('idle'), idleMs).unref()
  })
  started.on('error', (error) => {
    if (worker === started) stop(error instanceof Error ? error.message : 'the thread failed')
  })
  worker = started
  return started
}

const compile = async (mjml: string): Promise<Layout> => {
  clearTimeout(idle)
  const id = ++asked
  const one = Promise.withResolvers<Layout>()
  waiting.set(id, one)
  const thread = running()
  thread.ref()
  thread.postMessage({ id, mjml } satisfies Compile)
  // Everybody who waits is told: what hangs the thread hangs it for all.
  const timer = setTimeout(() => stop('the layout takes too long'), longestMs)
  try {
    return await one.promise
  } finally {
    clearTimeout(timer)
    if (waiting.size === 0) thread.unref()
  }
}

/**
 * MJML → HTML on a thread of its own, so that requests are answered meanwhile; layouts are kept by their hash.
 * @throws LayoutFault when it is not MJML, or takes longer than 10 s
 */
export const layoutOf = (mjml: string): Promise<Layout> => {
  const key = createHash('sha256').update(mjml).digest('base64')
  const known = held.get(key)
  if (known) {
    held.delete(key)
    held.set(key, known)
    return known
  }
  const made = compile(mjml)
  held.set(key, made)
  made.catch(() => held.delete(key))
  const [oldest] = held.keys()
  if (held.size > mostLayouts && oldest !== undefined) held.delete(oldest)
  return made
}
