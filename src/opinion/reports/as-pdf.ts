import { chartPng } from './draw-chart.ts'
import type { Evidence, ReportBody, ReportLanguage, ReportTable } from './report-contract.ts'
import { typeface } from './typeface.ts'

const margin = 48
const wide = 595.28 - 2 * margin
const foot = 841.89 - margin

/** An A4 document with Chinese type embedded. The same body gives the same bytes. */
export const asPdf = async (body: ReportBody, language: ReportLanguage, madeAt: string): Promise<Buffer> => {
  const { default: PDFDocument } = await import('pdfkit')
  const doc = new PDFDocument({
    size: 'A4',
    margin,
    bufferPages: true,
    info: {
      Title: body.title,
      Creator: 'Zhiyin',
      Producer: 'Zhiyin',
      CreationDate: new Date(madeAt),
      ModDate: new Date(madeAt),
    },
  })
  const chunks: Buffer[] = []
  const done = new Promise<void>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', resolve)
    doc.on('error', reject)
  })
  doc.registerFont('regular', typeface().regular)
  doc.registerFont('bold', typeface().bold)
  const zh = language === 'zh'
  const notes: Evidence[] = []
  const mark = (from: Evidence) => (from.ids.length === 0 ? '' : `［${notes.push(from)}］`)
  const write = (text: string, { font = 'regular', size = 10.5, color = '#1f2329', gap = 4 } = {}) => {
    doc.font(font).fontSize(size).fillColor(color).text(text, margin, doc.y, { width: wide, lineGap: 3 })
    doc.y += gap
  }
  const room = (height: number) => {
    if (doc.y + height > foot) doc.addPage()
  }

  const drawTable = ({ columns, rows }: ReportTable) => {
    const longest = columns.map((name, index) =>
      Math.min(40, Math.max(name.length * 1.2, ...rows.map(({ cells }) => cells[index]?.length ?? 0))),
    )
    const sum = longest.reduce((total, length) => total + length + 3, 0)
    const widths = longest.map((length) => ((length + 3) / sum) * wide)
    const drawRow = (cells: readonly string[], font: string, shade: boolean) => {
      doc.font(font).fontSize(9)
      const height =
        Math.max(...cells.map((cell, index) => doc.heightOfString(cell, { width: (widths[index] ?? 0) - 8 }))) + 7
      room(height)
      const top = doc.y
      if (shade) doc.rect(margin, top, wide, height).fill('#f2f3f5')
      let left = margin
      for (const [index, cell] of cells.entries()) {
        doc.fillColor('#1f2329').text(cell, left + 4, top + 3, { width: (widths[index] ?? 0) - 8 })
        left += widths[index] ?? 0
      }
      doc
        .moveTo(margin, top + height)
        .lineTo(margin + wide, top + height)
        .lineWidth(0.5)
        .strokeColor('#e5e6eb')
        .stroke()
      doc.y = top + height
    }
    drawRow(columns, 'bold', true)
    for (const { cells, from } of rows)
      drawRow(
        cells.map((cell, index) => (index === cells.length - 1 ? `${cell}${mark(from)}` : cell)),
        'regular',
        false,
      )
    doc.y += 6
  }

  write(body.title, { font: 'bold', size: 20, gap: 2 })
  write(body.subtitle, { size: 9, color: '#646a73', gap: 8 })
  if (body.drillMark) write(body.drillMark, { font: 'bold', color: '#a8071a' })
  for (const { title, sentences, chart, table } of body.sections) {
    room(60)
    doc.y += 8
    write(title, { font: 'bold', size: 13 })
    for (const { text, from } of sentences) write(`${text}${mark(from)}`)
    if (chart) {
      room((wide * 260) / 720 + 8)
      doc.image(await chartPng(chart), margin, doc.y, { width: wide })
      doc.y += (wide * 260) / 720 + 8
    }
    if (table) drawTable(table)
  }
  if (notes.length > 0) {
    room(60)
    doc.y += 8
    write(zh ? '依据' : 'Sources', { font: 'bold', size: 13 })
  }
  for (const [index, { posts, ids }] of notes.entries())
    write(
      `［${index + 1}］${zh ? `共 ${posts} 条，帖文编号：` : `${posts} posts, ids: `}${ids.join(' ')}${posts > ids.length ? ' …' : ''}`,
      { size: 7.5, color: '#646a73', gap: 1 },
    )
  const { start, count } = doc.bufferedPageRange()
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page)
    doc.page.margins.bottom = 0
    doc
      .font('regular')
      .fontSize(8)
      .fillColor('#8c8c8c')
      .text(`${page + 1} / ${count}`, margin, 841.89 - 32, { width: wide, align: 'right', lineBreak: false })
  }
  doc.end()
  await done
  return Buffer.concat(chunks)
}
