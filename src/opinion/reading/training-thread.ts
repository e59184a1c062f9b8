import { parentPort, workerData } from 'node:worker_threads'
import { makeHeads } from './make-heads.ts'
import type { TrainingAsked } from './train-in-thread.ts'

const { name, made, more } = workerData as TrainingAsked
const { bytes, card } = makeHeads(name, made, more, () => undefined)
parentPort?.postMessage({ bytes, card })
