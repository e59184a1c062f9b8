import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'

const deflate = promisify(deflateRaw)

/**
 * A zip archive of one file (APPNOTE 6.3.10: local header, data, central directory, end), without date and owner: the same
 * content gives the same bytes. Up to 4 GB.
 */
export const zipOf = async (name: string, content: Buffer): Promise<Buffer> => {
  const packed = await deflate(content)
  const title = Buffer.from(name)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  // UTF-8 name.
  common.writeUInt16LE(0x0800, 2)
  common.writeUInt16LE(8, 4)
  // 1980-01-01, the first day there is.
  common.writeUInt16LE(0x21, 8)
  common.writeUInt32LE(crc32(content), 10)
  common.writeUInt32LE(packed.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(title.length, 22)
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, title])
  const entry = Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, Buffer.alloc(14), title])
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length, 12)
  end.writeUInt32LE(local.length + packed.length, 16)
  return Buffer.concat([local, packed, entry, end])
}

/** Readable by who runs the program only. @returns what was written */
export const writeZip = async (path: string, name: string, content: Buffer): Promise<Buffer> => {
  const bytes = await zipOf(name, content)
  await writeFile(path, bytes, { mode: 0o600 })
  return bytes
}
