import type { Route } from '#platform'
import { problem } from './problem.ts'

type Exchange = Parameters<Route['run']>[2]

/** Counts over millions of posts end when nobody waits for them any more: the reader went on to another question. */
export const whileAsked = async <T>({ reply }: Exchange, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const left = new AbortController()
  const leave = () => {
    if (!reply.raw.writableFinished) left.abort(problem.left())
  }
  reply.raw.once('close', leave)
  try {
    return await run(left.signal)
  } finally {
    reply.raw.off('close', leave)
  }
}
