/** Bytes of the web as text. */

const known = (label: string | undefined): string | undefined => {
  if (label === undefined) return undefined
  try {
    const name = new TextDecoder(label.trim().toLowerCase()).encoding
    // Everything that calls itself GB2312 or GBK is in truth the larger set.
    return name.startsWith('gb') ? 'gb18030' : name
  } catch {
    return undefined
  }
}

/** By byte order mark, header, the document's own word, then by trying UTF-8. */
export const decodeBytes = (bytes: Uint8Array, contentType = ''): string => {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder('utf-8').decode(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 2_048))
  const said =
    known(/charset\s*=\s*["']?([\w-]+)/i.exec(contentType)?.[1]) ??
    known(/^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w-]+)/i.exec(head)?.[1]) ??
    known(/<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1])
  for (const encoding of [said, 'utf-8', 'gb18030'])
    if (encoding !== undefined) {
      try {
        return new TextDecoder(encoding, { fatal: true }).decode(bytes)
      } catch {
        // The next one is tried: servers often name the wrong encoding.
      }
    }
  return new TextDecoder(said ?? 'utf-8').decode(bytes)
}
