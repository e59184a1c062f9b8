import { Worker } from 'node:worker_threads'
import type { MadeModel } from '#models'
import type { Labelled } from './train-heads.ts'

export interface TrainingAsked {
  name: string
  made: string
  more: readonly Labelled[]
}

/** Trains the model of posts in a thread of its own: it takes half a minute, and the program goes on meanwhile. */
export const runTraining = (asked: TrainingAsked, signal: AbortSignal): Promise<MadeModel> => {
  const worker = new Worker(new URL('./training-thread.ts', import.meta.url), { name: 'training', workerData: asked })
  const stop = () => void worker.terminate()
  signal.addEventListener('abort', stop, { once: true })
  return new Promise<MadeModel>((done, fail) => {
    worker.on('message', ({ bytes, card }: { bytes: Uint8Array; card: MadeModel['card'] }) =>
      done({ bytes: Buffer.from(bytes), card }),
    )
    worker.on('error', fail)
    worker.on('exit', () => fail(new Error('The training was stopped')))
  }).finally(() => {
    signal.removeEventListener('abort', stop)
    stop()
  })
}
