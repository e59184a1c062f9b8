import type { Ctx } from '#platform'
import { entryText, levelNames, outcomeNames, partyNames, stateNames, taskStateNames } from './case-words.ts'
import { readEntries } from './entries.ts'
import { escaped, facts, htmlDocument, table, timeText } from './html.ts'
import { readIncident } from './store.ts'

/** The whole case as one document: for printing, for the archive, for an inspector. Audited. */
export const caseFile = async (ctx: Ctx, { id }: { id: number }): Promise<{ html: string; sha256: string }> => {
  const incident = await readIncident(ctx, { id })
  const { items } = await readEntries(ctx, { id, limit: 5_000 })
  const body = [
    facts([
      ['编号', `#${incident.id}${incident.drillId > 0 ? `（演练 ${incident.drillId}）` : ''}`],
      ['等级', levelNames[incident.level]],
      ['状态', stateNames[incident.state]],
      ['开立', `${timeText(incident.openedAt)} ${incident.openedBy}`],
      ['签收', `${timeText(incident.acknowledgedAt)} ${incident.acknowledgedBy ?? ''}`],
      ['首次行动', timeText(incident.actedAt)],
      ['关闭', `${timeText(incident.closedAt)} ${incident.closedBy ?? ''}`],
      ['结果', incident.outcome === null ? '—' : outcomeNames[incident.outcome]],
      ['预案', incident.plan ? `${incident.plan.name} 第 ${incident.plan.version} 版` : '—'],
    ]),
    `<h2>概述</h2><p>${escaped(incident.summary || '—')}</p>`,
    `<h2>结论</h2><p>${escaped(incident.conclusion || '—')}</p>`,
    '<h2>关联舆情事件</h2>',
    table(
      ['事件', '帖文', '作者', '平台', '最早', '最近'],
      incident.events.map((event) => [
        `#${event.id} ${event.title}`,
        String(event.posts),
        String(event.authors),
        String(event.platforms),
        timeText(event.firstAt),
        timeText(event.lastAt),
      ]),
    ),
    '<h2>三线分工</h2>',
    table(
      ['条线', '负责人', '副手', '未完成', '已完成'],
      incident.lanes.map((lane) => [
        partyNames[lane.lane],
        lane.owner?.name ?? '—',
        lane.deputy?.name ?? '—',
        String(lane.open),
        String(lane.done),
      ]),
    ),
    '<h2>签署</h2>',
    table(
      ['签署方', '必须', '签署人', '时间', '意见'],
      incident.signatures.map(({ party, must, signed }) => [
        partyNames[party],
        must ? '是' : '否',
        signed?.by ?? '—',
        timeText(signed?.at ?? null),
        signed?.note ?? '',
      ]),
    ),
    '<h2>时限</h2>',
    table(
      ['时限', '起算', '到期', '结束', '结果', '暂停'],
      incident.clocks.map((clock) => [
        `${partyClock[clock.kind]}（${clock.minutes} 分钟${clock.calendar === 'work' ? '，工作时间' : ''}）`,
        timeText(clock.startedAt),
        timeText(clock.dueAt),
        timeText(clock.stoppedAt),
        standingNames[clock.standing],
        clock.pauses.map(({ from, to, reason }) => `${timeText(from)}–${timeText(to)} ${reason}`).join('；'),
      ]),
    ),
    '<h2>任务</h2>',
    table(
      ['条线', '任务', '负责人', '期限', '状态', '结果'],
      incident.tasks.map((task) => [
        partyNames[task.lane],
        task.title,
        task.owner?.name ?? '—',
        timeText(task.dueAt),
        taskStateNames[task.state],
        task.result,
      ]),
    ),
    '<h2>附件</h2>',
    table(
      ['文件', '字节', 'SHA-256', '上传'],
      incident.attachments.map((file) => [
        file.removedAt ? `${file.name}（已移除）` : file.name,
        String(file.bytes),
        file.sha256,
        `${timeText(file.addedAt)} ${file.addedBy}`,
      ]),
    ),
    '<h2>时间线</h2>',
    table(
      ['时间', '记录人', '内容'],
      items.map((entry) => [timeText(entry.at), entry.by, entryText(entry)]),
    ),
  ].join('\n')
  const made = htmlDocument(`舆情处置单 #${incident.id} ${incident.title}`, `导出于 ${timeText(ctx.now())}`, body)
  await ctx.audit.record(ctx, {
    action: 'incident.export',
    subject: `incident:${id}`,
    detail: { sha256: made.sha256, entries: items.length },
  })
  return made
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
