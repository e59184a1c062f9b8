import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

/** A file of an archive: its bytes, or what gets them when its turn has come. */
export interface ZipEntry {
  name: string
  bytes: Buffer | (() => Promise<Buffer>)
}

/**
 * A ZIP archive as a stream: files are packed one after the other, off the main thread, as fast as it is read. Of files that are got
 * when their turn has come no more than one is in memory. A file that cannot be got ends the stream with its error.
 */
export const zipStream = (files: readonly ZipEntry[], at: Date): Readable => {
  const zip = new ZipFile()
  const out = new PassThrough()
  zip.outputStream.pipe(out)
  zip.on('error', (error: Error) => out.destroy(error))
  const options = { mtime: at, mode: 0o100644 }
  for (const { name, bytes } of files)
    zip.addReadStreamLazy(name, options, (got) => {
      Promise.resolve(Buffer.isBuffer(bytes) ? bytes : bytes()).then(
        (found) => got(undefined, Readable.from([found], { objectMode: false })),
        (error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
      )
    })
  zip.end()
  return out
}

/** A ZIP archive in memory, for what is sealed or stored as one piece. */
export const zipOf = (files: readonly ZipEntry[], at: Date): Promise<Buffer> => buffer(zipStream(files, at))
