import type { Past } from '#opinion'
import { crisisBeganHoursAgo, type Said, statementMinute, statementText } from '#simulator'
import type { Act } from './demo-actor.ts'
import type { SourceIds } from './demo-opinion-setup.ts'

/** The week as it went: what was said, and what the company's people did about it. */

interface Incident {
  id: number
  drillId: number
  state: string
  tasks: { id: number; lane: Lane; title: string; state: string }[]
  events: { id: number }[]
  signatures: { party: string; must: boolean; signed: object | null }[]
}
type Lane = 'pr' | 'legal' | 'service'

const handlers = { pr: 'su', legal: 'chen', service: 'zhou' } as const
const signers: Readonly<Record<string, string>> = { ...handlers, compliance: 'wang', admin: 'system' }

const results: Record<Lane, string> = {
  pr: '已完成：口径经法务确认，评论区置顶说明',
  legal: '已完成：录音与工单留存，已函告衡岭公司停止作业',
  service: '已完成：已联系当事人并登门，医药费已垫付',
}

const smallResults: Record<Lane, string> = {
  pr: '已看：零星讨论，不作公开回应',
  legal: '已看：无侵权与监管风险',
  service: '已逐条回复并登记',
}

export interface Told {
  past: Past
  by: (login: string) => Act
  now: Date
  sources: SourceIds
  subjects: ReadonlyMap<string, number>
}

const minuteMs = 60_000

/** The incident that handles an event, or that of a drill, when there is one. */
const incidentOf = async (
  act: Act,
  at: Date,
  query: { drillId: number; eventId?: number },
): Promise<Incident | undefined> => {
  const { items } = await act<{ items: { id: number }[] }>(at, 'GET /opinion/incidents', { query })
  const [found] = items
  return found && act<Incident>(at, 'GET /opinion/incidents/{id}', { params: { id: found.id } })
}

const moveTo = (act: Act, at: Date, id: number, to: string, more: Record<string, unknown> = {}) =>
  act(at, 'POST /opinion/incidents/{id}/state', { params: { id }, body: { to, ...more } })

const acknowledge = async ({ by }: Told, at: Date, { id }: Incident, eventId: number): Promise<void> => {
  const su = by('su')
  const alert = await su<{ id: number; state: string }>(at, 'GET /opinion/events/{eventId}/alert', {
    params: { eventId },
  })
  if (alert.state === 'firing') await su(at, 'POST /opinion/alerts/{id}/acknowledge', { params: { id: alert.id } })
  const fresh = await su<Incident>(at, 'GET /opinion/incidents/{id}', { params: { id } })
  if (fresh.state === 'open') await moveTo(su, at, id, 'acknowledged')
}

/** Tasks of the plan are done lane by lane. */
const doTasks = async ({ by }: Told, at: Date, incident: Incident, said = results): Promise<void> => {
  for (const { id, lane, state } of incident.tasks)
    if (state === 'open' || state === 'doing')
      await by(handlers[lane])(at, 'PATCH /opinion/incidents/{id}/tasks/{taskId}', {
        params: { id: incident.id, taskId: id },
        body: { state: 'done', result: said[lane] },
      })
}

interface Ending {
  outcome: 'resolved' | 'faded'
  reason: string
  conclusion: string
}

const close = async ({ by }: Told, at: Date, id: number, ending: Ending): Promise<void> => {
  const su = by('su')
  const before = await su<Incident>(at, 'GET /opinion/incidents/{id}', { params: { id } })
  for (const { party, must, signed } of before.signatures)
    if (must && !signed)
      await by(signers[party] ?? 'system')(at, 'POST /opinion/incidents/{id}/signatures/{party}', {
        params: { id, party },
        body: { note: '同意关闭' },
      })
  const way = ['open', 'acknowledged', 'acting', 'closing']
  for (const to of way.slice(way.indexOf(before.state) + 1)) await moveTo(su, at, id, to)
  await moveTo(su, at, id, 'closed', { ...ending })
}

/** A fact that the company may rest on: written by one, approved by another. */
const approvedFact = async ({ by }: Told, at: Date): Promise<number> => {
  const { id } = await by('su')<{ id: number }>(at, 'POST /opinion/facts', {
    body: {
      claim: '明月消费金融外包催收一天给老人打三十二个电话并致其住院',
      fact: '衡岭公司一名坐席违反规定致电客户家属；我公司已终止该业务线合作，专人登门道歉并承担医疗费用，全部委外录音复查',
      evidence: '委外录音系统导出与工单 GD-0412，法务核实记录',
      validFrom: at.toISOString(),
    },
  })
  await by('su')(at, 'POST /opinion/facts/{id}/submit', { params: { id } })
  await by('chen')(at, 'POST /opinion/facts/{id}/decision', {
    params: { id },
    body: { approve: true, note: '与录音和工单一致' },
  })
  return id
}

interface Review {
  state: string
  findings: { no: number; justification: string | null }[]
}

const publishStatement = async ({ by }: Told, at: Date, incidentId: number, factId: number): Promise<void> => {
  const su = by('su')
  const earlier = (minutes: number) => new Date(at.getTime() - minutes * minuteMs)
  const { id } = await su<{ id: number }>(earlier(60), 'POST /opinion/statements', {
    body: { kind: 'apology', incidentId, title: '关于委外催收问题的说明', body: statementText, facts: [factId] },
  })
  const { reviewId } = await su<{ reviewId: number | null }>(earlier(50), 'POST /opinion/statements/{id}/submit', {
    params: { id },
    body: { note: '请法务审核，事实引用已核准版本' },
  })
  if (reviewId === null) return
  const { findings } = await by('chen')<Review>(earlier(20), 'GET /reviews/{id}', { params: { id: reviewId } })
  const decided = await by('chen')<Review>(earlier(20), 'POST /reviews/{id}/decision', {
    params: { id: reviewId },
    body: {
      decision: 'approve',
      note: '与事实核对一致，同意发布',
      justifications: findings
        .filter(({ justification }) => justification === null)
        .map(({ no }) => ({ no, text: '已核对：表述与核准事实一致' })),
    },
  })
  if (decided.state === 'opinion')
    await by('wang')(earlier(10), 'POST /reviews/{id}/opinion', {
      params: { id: reviewId },
      body: { opinion: 'agreeWithAdvice', text: '同意。请持续关注当事人诉求。' },
    })
  await su(at, 'POST /opinion/statements/{id}/publications', {
    params: { id },
    body: { place: '官方微博', url: 'https://weibo.example/status/statement', at: at.toISOString() },
  })
}

/** The regulator is told by telephone, which ends the clock of the report. */
const tellRegulator = async ({ by }: Told, at: Date, id: number): Promise<void> => {
  const chen = by('chen')
  const { clocks } = await chen<{ clocks: { id: number; kind: string; stoppedAt: string | null }[] }>(
    at,
    'GET /opinion/incidents/{id}',
    { params: { id } },
  )
  const clock = clocks.find(({ kind, stoppedAt }) => kind === 'regulator' && stoppedAt === null)
  if (!clock) return
  await chen(at, 'POST /opinion/incidents/{id}/clocks/{clockId}/done', {
    params: { id, clockId: clock.id },
    body: { reason: '已电话报告地方金融监管部门，书面材料随后报送' },
  })
}

/** A drill of the day before the crisis, run at speed and scored. */
const runDrill = async (told: Told, begin: Date): Promise<void> => {
  const { past, by, subjects } = told
  const admin = by('system')
  const speed = 4
  const { items } = await admin<{ items: { id: number; minutes: number }[] }>(begin, 'GET /opinion/scenarios')
  const [scenario] = items
  if (!scenario) return
  const { id } = await admin<{ id: number }>(begin, 'POST /opinion/drills', {
    body: { scenarioId: scenario.id, name: '季度演练：负面评论冲上热搜', subjectId: subjects.get('brand') ?? 0, speed },
  })
  await admin(begin, 'POST /opinion/drills/{id}/{move}', { params: { id, move: 'start' }, body: {} })
  const at = (minute: number) => new Date(begin.getTime() + (minute / speed) * minuteMs)
  let incident: Incident | undefined
  for (const minute of [2, 66, 120, 200]) {
    await past.goOn(at(minute))
    incident ??= await incidentOf(admin, at(minute), { drillId: id })
    if (!incident) continue
    const fresh = await by('su')<Incident>(at(minute), 'GET /opinion/incidents/{id}', {
      params: { id: incident.id },
    })
    if (fresh.state === 'open') await acknowledge(told, at(minute + 4), fresh, fresh.events[0]?.id ?? 0)
    else if (fresh.state === 'acknowledged') {
      await moveTo(by('su'), at(minute + 4), fresh.id, 'acting')
      await doTasks(told, at(minute + 8), fresh)
    }
  }
  if (incident)
    await close(told, at(210), incident.id, {
      outcome: 'resolved',
      reason: '演练结束',
      conclusion: '确认与处置及时，声明模板需补充',
    })
  await admin(at(scenario.minutes), 'POST /opinion/drills/{id}/{move}', { params: { id, move: 'end' }, body: {} })
}

/** The small ones of the week: seen, and closed when nothing more came. */
const tidy = async (told: Told, at: Date): Promise<void> => {
  const su = told.by('su')
  const { items: alerts } = await su<{ items: { id: number; drillId: number }[] }>(at, 'GET /opinion/alerts', {
    query: { state: 'firing', limit: 200 },
  })
  for (const { id } of alerts) await su(at, 'POST /opinion/alerts/{id}/acknowledge', { params: { id } })
  const { items } = await su<{ items: { id: number }[] }>(at, 'GET /opinion/incidents', { query: { limit: 200 } })
  for (const { id } of items) {
    await doTasks(told, at, await su<Incident>(at, 'GET /opinion/incidents/{id}', { params: { id } }), smallResults)
    await close(told, at, id, {
      outcome: 'faded',
      reason: '热度自然回落，无新增诉求',
      conclusion: '零星讨论，客服已逐条回复，无需进一步处置。',
    })
  }
}

/** What a week of public opinion was like for the company, told up to now. */
export const tellWeek = async (told: Told, week: readonly Said[]): Promise<{ incidentId: number | undefined }> => {
  const { past, by, now, sources } = told
  const begin = new Date(now.getTime() - crisisBeganHoursAgo * 3_600_000)
  const minute = (count: number) => new Date(begin.getTime() + count * minuteMs)
  let done = 0
  const hearUntil = async (at: Date): Promise<void> => {
    let end = done
    while (end < week.length && Date.parse(week[end]?.item.publishedAt ?? '') <= at.getTime()) end++
    const said = week.slice(done, end)
    done = end
    const fromMedia = ({ item }: Said) => item.platform === 'news' || item.platform === 'regulator'
    for (const [id, items] of [
      [sources.media.id, said.filter(fromMedia)],
      [sources.all, said.filter((one) => !fromMedia(one))],
    ] as const)
      if (items.length > 0)
        await past.hear(
          at,
          id,
          items.map(({ item }) => item),
        )
    await past.goOn(at)
  }
  const hours = (back: number) => new Date(begin.getTime() - back * 3_600_000)
  for (const back of [72, 22]) await hearUntil(hours(back))
  await runDrill(told, hours(20))
  await hearUntil(minute(1))
  const first = week.find(({ truth }) => truth.story === 'crisis')
  let incident: Incident | undefined
  let eventId: number | undefined
  let factId: number | undefined
  // Seen within minutes, and each step before its deadline: one hour, two, four and twelve after it is severe.
  for (const at of [40, 92, 130, 156, 225, statementMinute, 340, 560, 790]) {
    await hearUntil(minute(at))
    eventId ??= first && (await past.eventOf(first.item))
    if (eventId === undefined) continue
    incident ??= await incidentOf(by('su'), minute(at), { drillId: 0, eventId })
    if (!incident) continue
    const fresh = await by('su')<Incident>(minute(at), 'GET /opinion/incidents/{id}', { params: { id: incident.id } })
    if (fresh.state === 'open') await acknowledge(told, minute(at + 6), fresh, eventId)
    else if (fresh.state === 'acknowledged') {
      await moveTo(by('su'), minute(at + 4), fresh.id, 'acting')
      await by('su')(minute(at + 5), 'POST /opinion/incidents/{id}/comments', {
        params: { id: fresh.id },
        body: { text: '统一口径：先致歉与核实，不评价当事人；媒体求证由公关统一回复', kind: 'decision', lane: 'pr' },
      })
      factId ??= await approvedFact(told, minute(at + 8))
    }
    if (at === 156) await tellRegulator(told, minute(at + 20), fresh.id)
    if (at === statementMinute && factId !== undefined) await publishStatement(told, minute(at), fresh.id, factId)
    if (at === 560) await doTasks(told, minute(at + 10), fresh)
  }
  if (incident)
    await close(told, minute(800), incident.id, {
      outcome: 'resolved',
      reason: '当事人已和解，热度与负面占比回落',
      conclusion:
        '起因为委外坐席违规致电家属。声明后一小时负面占比下降，当事人发帖表示问题已解决。改进：委外外呼名单前置校验、录音质检全覆盖。',
    })
  await hearUntil(minute(1_300))
  await tidy(told, minute(1_320))
  await hearUntil(new Date(now.getTime() - 45 * minuteMs))
  return { incidentId: incident?.id }
}
