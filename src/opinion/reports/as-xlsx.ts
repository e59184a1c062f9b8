import ExcelJS from 'exceljs'
import type { ReportBody, ReportLanguage } from './report-contract.ts'
import { sameZip } from './same-zip.ts'

/** What a sheet may be called: 31 characters, none of these. */
const sheetName = (title: string) => title.replaceAll(/[\\/?*[\]:]/g, ' ').slice(0, 31)

/** A number as a number, so that it can be summed; shares stay text. */
const value = (cell: string) => (/^-?\d{1,3}(,\d{3})*$/.test(cell) ? Number(cell.replaceAll(',', '')) : cell)

/** A workbook: first what is said, then a sheet per table with the ids of each row. The same body gives the same bytes. */
export const asXlsx = async (body: ReportBody, language: ReportLanguage, madeAt: string): Promise<Buffer> => {
  const zh = language === 'zh'
  const book = new ExcelJS.Workbook()
  book.creator = 'Zhiyin'
  book.created = new Date(madeAt)
  book.modified = new Date(madeAt)
  const said = book.addWorksheet(zh ? '报告' : 'Report')
  said.columns = [{ width: 18 }, { width: 100 }, { width: 12 }, { width: 60 }]
  said.addRow([body.title]).font = { bold: true, size: 14 }
  said.addRow([body.subtitle])
  if (body.drillMark) said.addRow([body.drillMark]).font = { bold: true, color: { argb: 'FFA8071A' } }
  said.addRow([])
  said.addRow(zh ? ['部分', '内容', '帖文数', '帖文编号'] : ['section', 'text', 'posts', 'post ids']).font = {
    bold: true,
  }
  for (const { title, sentences } of body.sections)
    for (const { text, from } of sentences) {
      const row = said.addRow([title, text, from.posts, from.ids.join(' ')])
      row.getCell(2).alignment = { wrapText: true, vertical: 'top' }
    }
  for (const { title, table, chart } of body.sections) {
    if (!table && !chart) continue
    const sheet = book.addWorksheet(sheetName(title))
    if (table) {
      sheet.addRow([...table.columns, zh ? '帖文数' : 'posts', zh ? '帖文编号' : 'post ids']).font = { bold: true }
      for (const { cells, from } of table.rows) sheet.addRow([...cells.map(value), from.posts, from.ids.join(' ')])
      sheet.columns.forEach((column, index) => {
        column.width = index === 0 ? 28 : 18
      })
      sheet.views = [{ state: 'frozen', ySplit: 1 }]
    } else if (chart) {
      sheet.addRow([zh ? '时间' : 'time', ...chart.series.map(({ name }) => name)]).font = { bold: true }
      for (const [index, label] of chart.labels.entries())
        sheet.addRow([label, ...chart.series.map(({ values }) => values[index] ?? 0)])
      sheet.getColumn(1).width = 20
    }
  }
  return sameZip(Buffer.from(await book.xlsx.writeBuffer()), madeAt)
}
