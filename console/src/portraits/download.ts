/** Files made in the browser: what is on the screen as CSV and PNG. */

const save = (name: string, blob: Blob) => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

type Cell = string | number | null | undefined

/** A cell as text; one that a spreadsheet would run as a formula is kept from it. */
const cellText = (cell: Cell): string => {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const downloadCsv = (name: string, rows: readonly (readonly Cell[])[]) =>
  save(
    `${name}.csv`,
    new Blob([`\ufeff${rows.map((row) => row.map(cellText).join(',')).join('\r\n')}\r\n`], {
      type: 'text/csv;charset=utf-8',
    }),
  )

const carried = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-size', 'font-weight'] as const

/** A drawing of the page as a picture of twice its size; colours and fonts as they are shown now. */
export const downloadPng = async (name: string, drawing: SVGSVGElement) => {
  const { width, height } = drawing.getBoundingClientRect()
  const copy = drawing.cloneNode(true) as SVGSVGElement
  const originals = drawing.querySelectorAll('*')
  copy.querySelectorAll('*').forEach((element, i) => {
    const original = originals[i]
    if (!original) return
    const style = getComputedStyle(original)
    for (const property of carried) element.setAttribute(property, style.getPropertyValue(property))
    if (element.tagName === 'text') element.setAttribute('font-family', 'sans-serif')
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * 2)
  canvas.height = Math.round(height * 2)
  const surface = canvas.getContext('2d')
  if (!surface) return
  surface.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--surface')
  surface.fillRect(0, 0, canvas.width, canvas.height)
  const image = new Image()
  const address = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml;charset=utf-8' }),
  )
  try {
    image.src = address
    await image.decode()
    surface.drawImage(image, 0, 0, canvas.width, canvas.height)
  } finally {
    URL.revokeObjectURL(address)
  }
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
  if (blob) save(`${name}.png`, blob)
}
