import type { Ctx } from '#platform'
import { asDocx } from '../reports/as-docx.ts'
import { asPdf } from '../reports/as-pdf.ts'
import type { ReportBody } from '../reports/report-contract.ts'
import { entryText, levelNames, outcomeNames, partyNames, stateNames, taskStateNames } from './case-words.ts'
import { readEntries } from './entries.ts'
import { escaped, facts, htmlDocument, table, timeText } from './html.ts'
import type { Entry, Incident } from './incident-contract.ts'
import { readIncident } from './store.ts'

const mediaTypes = {
  html: 'text/html; charset=utf-8',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
} as const
export type CaseFormat = keyof typeof mediaTypes

interface Part {
  title: string
  text?: string
  table?: { head: readonly string[]; rows: readonly (readonly string[])[] }
}

const factsOf = (incident: Incident): [string, string][] => [
  ['编号', `#${incident.id}${incident.drillId > 0 ? `（演练 ${incident.drillId}）` : ''}`],
  ['等级', levelNames[incident.level]],
  ['状态', stateNames[incident.state]],
  ['开立', `${timeText(incident.openedAt)} ${incident.openedBy}`],
  ['签收', `${timeText(incident.acknowledgedAt)} ${incident.acknowledgedBy ?? ''}`],
  ['首次行动', timeText(incident.actedAt)],
  ['关闭', `${timeText(incident.closedAt)} ${incident.closedBy ?? ''}`],
  ['结果', incident.outcome === null ? '—' : outcomeNames[incident.outcome]],
  ['预案', incident.plan ? `${incident.plan.name} 第 ${incident.plan.version} 版` : '—'],
]

const partsOf = (incident: Incident, entries: readonly Entry[]): Part[] => [
  { title: '概述', text: incident.summary || '—' },
  { title: '结论', text: incident.conclusion || '—' },
  {
    title: '关联舆情事件',
    table: {
      head: ['事件', '帖文', '作者', '平台', '最早', '最近'],
      rows: incident.events.map((event) => [
        `#${event.id} ${event.title}`,
        String(event.posts),
        String(event.authors),
        String(event.platforms),
        timeText(event.firstAt),
        timeText(event.lastAt),
      ]),
    },
  },
  {
    title: '三线分工',
    table: {
      head: ['条线', '负责人', '副手', '未完成', '已完成'],
      rows: incident.lanes.map((lane) => [
        partyNames[lane.lane],
        lane.owner?.name ?? '—',
        lane.deputy?.name ?? '—',
        String(lane.open),
        String(lane.done),
      ]),
    },
  },
  {
    title: '签署',
    table: {
      head: ['签署方', '必须', '签署人', '时间', '意见'],
      rows: incident.signatures.map(({ party, must, signed }) => [
        partyNames[party],
        must ? '是' : '否',
        signed?.by ?? '—',
        timeText(signed?.at ?? null),
        signed?.note ?? '',
      ]),
    },
  },
  {
    title: '时限',
    table: {
      head: ['时限', '起算', '到期', '结束', '结果', '暂停'],
      rows: incident.clocks.map((clock) => [
        `${partyClock[clock.kind]}（${clock.minutes} 分钟${clock.calendar === 'work' ? '，工作时间' : ''}）`,
        timeText(clock.startedAt),
        timeText(clock.dueAt),
        timeText(clock.stoppedAt),
        standingNames[clock.standing],
        clock.pauses.map(({ from, to, reason }) => `${timeText(from)}–${timeText(to)} ${reason}`).join('；'),
      ]),
    },
  },
  {
    title: '任务',
    table: {
      head: ['条线', '任务', '负责人', '期限', '状态', '结果'],
      rows: incident.tasks.map((task) => [
        partyNames[task.lane],
        task.title,
        task.owner?.name ?? '—',
        timeText(task.dueAt),
        taskStateNames[task.state],
        task.result,
      ]),
    },
  },
  {
    title: '附件',
    table: {
      head: ['文件', '字节', 'SHA-256', '上传'],
      rows: incident.attachments.map((file) => [
        file.removedAt ? `${file.name}（已移除）` : file.name,
        String(file.bytes),
        file.sha256,
        `${timeText(file.addedAt)} ${file.addedBy}`,
      ]),
    },
  },
  {
    title: '时间线',
    table: {
      head: ['时间', '记录人', '内容'],
      rows: entries.map((entry) => [timeText(entry.at), entry.by, entryText(entry)]),
    },
  },
]

const nowhere = { posts: 0, ids: [] }

/** The parts as the makers of DOCX and PDF of reports take them; nothing in it rests on single posts. */
const asBody = (
  { title, sub, drill }: { title: string; sub: string; drill: boolean },
  known: readonly (readonly [string, string])[],
  parts: readonly Part[],
  sha256: string,
): ReportBody => {
  const said = (text: string) => ({ text, from: nowhere })
  const tableOf = (columns: readonly string[], rows: readonly (readonly string[])[]) => ({
    columns: [...columns],
    rows: rows.map((cells) => ({ cells: [...cells], from: nowhere })),
  })
  return {
    title,
    subtitle: sub,
    drillMark: drill ? '【演练】本处置单为演练内容' : null,
    sections: [
      { key: 'facts', title: '基本情况', sentences: [], table: tableOf(['项目', '内容'], known) },
      ...parts.map(({ title, text, table }, index) => ({
        key: `part-${index}`,
        title,
        sentences: text === undefined ? (table?.rows.length === 0 ? [said('无')] : []) : [said(text)],
        ...(table && table.rows.length > 0 && { table: tableOf(table.head, table.rows) }),
      })),
      { key: 'hash', title: '内容摘要', sentences: [said(`SHA-256：${sha256}`)] },
    ],
  }
}

/**
 * The whole case as one document: for printing, for the archive, for an inspector. Audited. The hash is that of the content and
 * the same in every format.
 * @param format html needs nothing else to be read; docx and pdf are made as reports are
 */
export const caseFile = async (
  ctx: Ctx,
  { id, format = 'html' }: { id: number; format?: CaseFormat },
): Promise<{ name: string; type: string; bytes: Buffer; sha256: string }> => {
  const incident = await readIncident(ctx, { id })
  const { items } = await readEntries(ctx, { id, limit: 5_000 })
  const title = `舆情处置单 #${incident.id} ${incident.title}`
  const sub = `导出于 ${timeText(ctx.now())}`
  const known = factsOf(incident)
  const parts = partsOf(incident, items)
  const { html, sha256 } = htmlDocument(
    title,
    sub,
    [
      facts(known),
      ...parts.flatMap(({ title, text, table: rows }) => [
        `<h2>${title}</h2>`,
        ...(text === undefined ? [] : [`<p>${escaped(text)}</p>`]),
        ...(rows ? [table(rows.head, rows.rows)] : []),
      ]),
    ].join('\n'),
  )
  const body = asBody({ title, sub, drill: incident.drillId > 0 }, known, parts, sha256)
  const madeAt = ctx.now().toISOString()
  const bytes =
    format === 'html'
      ? Buffer.from(html)
      : format === 'docx'
        ? await asDocx(body, 'zh', madeAt)
        : await asPdf(body, 'zh', madeAt)
  await ctx.audit.record(ctx, {
    action: 'incident.export',
    subject: `incident:${id}`,
    detail: { sha256, format, entries: items.length },
  })
  return { name: `处置单-${id}.${format}`, type: mediaTypes[format], bytes, sha256 }
}

const partyClock = {
  acknowledge: '签收',
  act: '首次行动',
  statement: '对外声明',
  close: '关闭',
  regulator: '监管报告',
} as const
const standingNames = {
  running: '进行中',
  held: '暂停',
  due: '已到期',
  escalated: '已升级',
  met: '按时',
  missed: '超时',
  void: '随关闭作废',
} as const
