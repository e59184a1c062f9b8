import type { Ctx } from '#platform'
import { readSetting } from '#platform'
import { levelNames } from './case-words.ts'
import { escaped, facts, htmlDocument, timeText } from './html.ts'
import type { RegulatorReport } from './incident-contract.ts'
import { readIncident } from './store.ts'
import { termsOf } from './terms.ts'

/** What a regulator is told of an incident, from what is stored now: to be read through and signed by a person before it goes. */

interface Made extends RegulatorReport {
  html: string
}

/** The report with the facts at this moment, and the time that is left for it. */
export const regulatorReport = async (ctx: Ctx, { id }: { id: number }): Promise<Made> => {
  const incident = await readIncident(ctx, { id })
  const { regulator } = await termsOf(ctx, incident.level)
  const company = (await readSetting(ctx, 'companyName')) ?? '本公司'
  const clock = incident.clocks.find(({ kind }) => kind === 'regulator') ?? null
  const sum = (key: 'posts' | 'authors') => incident.events.reduce((all, event) => all + event[key], 0)
  const first = incident.events.map(({ firstAt }) => firstAt).sort()[0]
  const known: RegulatorReport['facts'] = [
    { label: '报告单位', value: company },
    { label: '报送机关', value: regulator?.authority ?? '—' },
    { label: '报告依据', value: regulator?.rule ?? '—' },
    { label: '处置单', value: `#${incident.id}` },
    { label: '事件等级', value: levelNames[incident.level] },
    { label: '首次出现', value: timeText(first ?? null) },
    { label: '开始处置', value: timeText(incident.openedAt) },
    {
      label: '传播情况',
      value: `${incident.events.length} 个事件，${sum('posts')} 条帖文，${sum('authors')} 个账号（截至 ${timeText(ctx.now())}）`,
    },
    { label: '报告时限', value: clock ? timeText(clock.dueAt) : '—' },
  ]
  const done = incident.tasks.filter(({ state }) => state === 'done')
  const waiting = incident.tasks.filter(({ state }) => state === 'open' || state === 'doing')
  const lines = (items: readonly string[]) =>
    items.length === 0 ? '（暂无）' : items.map((one, i) => `${i + 1}. ${one}`).join('\n')
  const sections = [
    { title: '一、事件概述', text: incident.summary || incident.title },
    {
      title: '二、涉及事件',
      text: lines(
        incident.events.map((event) => `${event.title}（${event.posts} 帖，最近 ${timeText(event.lastAt)}）`),
      ),
    },
    {
      title: '三、已采取的措施',
      text: lines(
        done.map((task) => `${task.title}${task.result ? `：${task.result}` : ''}（${timeText(task.doneAt)}）`),
      ),
    },
    {
      title: '四、下一步工作',
      text: lines(waiting.map((task) => `${task.title}${task.dueAt ? `（${timeText(task.dueAt)} 前）` : ''}`)),
    },
    { title: '五、联系人', text: lines(incident.lanes.flatMap(({ owner }) => (owner ? [owner.name] : []))) },
  ]
  const body = [
    facts(known.map(({ label, value }) => [label, value])),
    ...sections.map(({ title, text }) => `<h2>${escaped(title)}</h2><p>${escaped(text)}</p>`),
  ].join('\n')
  const made = htmlDocument(`${company}声誉事件报告`, `处置单 #${incident.id}　${incident.title}`, body)
  return { incidentId: id, clock, company, facts: known, sections, ...made }
}
