import JSZip from 'jszip'

/** What files of a report say about when they were made: their contents have the real time. */
const always = new Date(Date.UTC(2000, 0, 1))

/**
 * An Office file packed anew, so that the same contents give the same bytes: entries in order of name, a fixed time, and
 * the times in its properties put to `madeAt`.
 */
export const sameZip = async (file: Buffer, madeAt: string): Promise<Buffer> => {
  const from = await JSZip.loadAsync(file)
  const to = new JSZip()
  const stamp = new Date(madeAt).toISOString().replace(/\.\d+Z$/, 'Z')
  for (const name of Object.keys(from.files).sort()) {
    const entry = from.files[name]
    if (!entry || entry.dir) continue
    const contents = await entry.async('nodebuffer')
    const text = name === 'docProps/core.xml' ? contents.toString('utf8') : undefined
    to.file(
      name,
      text === undefined
        ? contents
        : text.replaceAll(/(<dcterms:(?:created|modified)[^>]*>)[^<]*/g, (_, tag: string) => `${tag}${stamp}`),
      { date: always, createFolders: false },
    )
  }
  return to.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE', platform: 'UNIX' })
}
