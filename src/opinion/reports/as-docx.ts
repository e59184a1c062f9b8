import { chartPng } from './draw-chart.ts'
import type { Evidence, ReportBody, ReportLanguage } from './report-contract.ts'
import { sameZip } from './same-zip.ts'

/** Statements are numbered; the posts behind each stand at the end. */
const numbered = () => {
  const notes: Evidence[] = []
  return {
    notes,
    mark: (from: Evidence) => (from.ids.length === 0 ? '' : `［${notes.push(from)}］`),
  }
}

/** A Word document; charts are pictures, tables are tables. The same body gives the same bytes. */
export const asDocx = async (body: ReportBody, language: ReportLanguage, madeAt: string): Promise<Buffer> => {
  const {
    AlignmentType,
    BorderStyle,
    Document,
    HeadingLevel,
    ImageRun,
    Packer,
    Paragraph,
    Table,
    TableCell,
    TableRow,
    TextRun,
    WidthType,
  } = await import('docx')
  const { notes, mark } = numbered()
  let pictures = 0
  const font = { ascii: 'Arial', eastAsia: 'Microsoft YaHei', hAnsi: 'Arial' }
  const line = (text: string, more: { size?: number; color?: string; bold?: boolean } = {}) =>
    new TextRun({
      text,
      font,
      size: more.size ?? 21,
      ...(more.color && { color: more.color }),
      ...(more.bold && { bold: true }),
    })
  const children: (InstanceType<typeof Paragraph> | InstanceType<typeof Table>)[] = [
    new Paragraph({ heading: HeadingLevel.TITLE, children: [line(body.title, { size: 36, bold: true })] }),
    new Paragraph({ children: [line(body.subtitle, { size: 18, color: '646A73' })], spacing: { after: 200 } }),
  ]
  if (body.drillMark)
    children.push(new Paragraph({ children: [line(body.drillMark, { color: 'A8071A', bold: true })] }))
  const border = { style: BorderStyle.SINGLE, size: 4, color: 'D9D9D9' }
  for (const { title, sentences, chart, table } of body.sections) {
    children.push(
      new Paragraph({
        heading: HeadingLevel.HEADING_2,
        children: [line(title, { size: 26, bold: true })],
        spacing: { before: 280, after: 80 },
      }),
    )
    for (const { text, from } of sentences)
      children.push(
        new Paragraph({
          children: [line(text), line(mark(from), { size: 14, color: '8C8C8C' })],
          spacing: { line: 340 },
        }),
      )
    if (chart)
      children.push(
        new Paragraph({
          alignment: AlignmentType.CENTER,
          children: [
            new ImageRun({
              type: 'png',
              data: await chartPng(chart),
              transformation: { width: 600, height: 217 },
              // The library counts pictures through the life of the process unless they have a number.
              altText: { id: String(++pictures), name: title, title, description: title },
            }),
          ],
        }),
      )
    if (table)
      children.push(
        new Table({
          width: { size: 100, type: WidthType.PERCENTAGE },
          borders: {
            top: border,
            bottom: border,
            left: border,
            right: border,
            insideHorizontal: border,
            insideVertical: border,
          },
          rows: [
            new TableRow({
              tableHeader: true,
              children: table.columns.map(
                (name) =>
                  new TableCell({
                    shading: { fill: 'F2F3F5' },
                    children: [new Paragraph({ children: [line(name, { size: 18, bold: true })] })],
                  }),
              ),
            }),
            ...table.rows.map(
              ({ cells, from }) =>
                new TableRow({
                  cantSplit: true,
                  children: cells.map(
                    (cell, index) =>
                      new TableCell({
                        children: [
                          new Paragraph({
                            children: [
                              line(cell, { size: 18 }),
                              ...(index === cells.length - 1 ? [line(mark(from), { size: 14, color: '8C8C8C' })] : []),
                            ],
                          }),
                        ],
                      }),
                  ),
                }),
            ),
          ],
        }),
      )
  }
  const zh = language === 'zh'
  if (notes.length > 0)
    children.push(
      new Paragraph({
        heading: HeadingLevel.HEADING_2,
        children: [line(zh ? '依据' : 'Sources', { size: 26, bold: true })],
        spacing: { before: 280 },
      }),
      ...notes.map(
        ({ posts, ids }, index) =>
          new Paragraph({
            children: [
              line(
                `［${index + 1}］${zh ? `共 ${posts} 条，帖文编号：` : `${posts} posts, ids: `}${ids.join(' ')}${posts > ids.length ? ' …' : ''}`,
                { size: 14, color: '646A73' },
              ),
            ],
          }),
      ),
    )
  const document = new Document({ creator: 'Zhiyin', title: body.title, sections: [{ children }] })
  return sameZip(await Packer.toBuffer(document), madeAt)
}
