import { parentPort, workerData } from 'node:worker_threads'
import { decodeModels } from '../../models/in-threads.ts'
import type { Calibration } from './heads.ts'
import { openReader, type ReaderFiles } from './reader.ts'
import type { Answered, Asked, ThreadFiles } from './workers.ts'

const files = workerData as ThreadFiles
const read = openReader({
  heads: decodeModels<Calibration>(files.heads),
  reviews: decodeModels(files.reviews),
  rumour: decodeModels<ReaderFiles['rumour']['extra']>(files.rumour),
})

parentPort?.on('message', ({ id, posts }: Asked) => {
  let answered: Answered
  try {
    answered = { id, readings: posts.map(read) }
  } catch (error) {
    answered = { id, error: error instanceof Error ? error.message : String(error) }
  }
  parentPort?.postMessage(answered)
})
