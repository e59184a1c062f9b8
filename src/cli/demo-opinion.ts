import { setTimeout as pause } from 'node:timers/promises'
import { type AlertSandbox, inThePast, type SourceSandbox, startAlertSandbox, startSourceSandbox } from '#opinion'
import { openTalk, opinionWeek, type Said } from '#simulator'
import type { App } from '../app.ts'
import { type Act, actorsOf } from './demo-actor.ts'
import { callerOf } from './demo-call.ts'
import { makeAlerting, makeSources, makeSubjects, pointAt, type SourceIds } from './demo-opinion-setup.ts'
import { tellWeek } from './demo-opinion-story.ts'
import { answerTickets } from './demo-opinion-tickets.ts'

/** What is said in public about the made-up company: a week that has passed, and what goes on. */

interface Options {
  live: boolean
  say: (text: string) => void
}

interface Clock {
  /** Undefined: now. */
  at: number | undefined
}

const seed = 'mingyue'
/** A few posts a minute, so that the wall lives. */
const talkEveryMs = 15_000
const hourMs = 3_600_000

const postOf = ({ item }: Said) => ({
  id: item.guid,
  title: item.title,
  text: item.text,
  at: new Date(item.publishedAt),
  author: item.author.name,
  likes: item.engagement.likes ?? 0,
})

/** Complaint records as a platform hands them over: a file of lines. */
const uploadComplaints = async (app: App, id: number, said: readonly Said[]): Promise<void> => {
  const boundary = 'zhiyin-demo'
  const lines = said.map(({ item }) => JSON.stringify(item)).join('\n')
  const answer = await app.http.app.inject({
    method: 'POST',
    url: `/api/opinion/sources/${id}/files`,
    headers: { ...app.http.localHeaders, 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="records.jsonl"\r\ncontent-type: application/x-ndjson\r\n\r\n${lines}\r\n--${boundary}--\r\n`,
  })
  if (answer.statusCode >= 400) throw new Error(answer.body)
  const { fileId } = JSON.parse(answer.body) as { fileId: string }
  await callerOf(app)('POST', `/api/opinion/sources/${id}/imports`, { fileId })
}

/** News of the last hours, pushed by the service that watches the media. */
const pushNews = async (app: App, { key }: SourceIds['media'], said: readonly Said[]): Promise<void> => {
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/v1/posts',
    headers: { authorization: `Bearer ${key}` },
    payload: { items: said.map(({ item }) => item) },
  })
  if (answer.statusCode >= 400) throw new Error(answer.body)
}

const monthBefore = (now: Date, back: number): string =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 10)

/** Reports, review, loans: what is written about the week afterwards. Each on its own, so that one that fails leaves the others. */
const writeUp = async (app: App, by: (login: string) => Act, now: Date): Promise<void> => {
  const attempt = async (what: string, make: () => Promise<unknown>) => {
    try {
      await make()
    } catch (error) {
      app.ctx.log.warn({ error, example: what }, 'example not made')
    }
  }
  const admin = by('system')
  const su = by('su')
  await attempt('schedule', () =>
    admin(now, 'POST /opinion/report-schedules', { body: { name: '每日舆情简报', kind: 'daily', at: '08:30' } }),
  )
  await attempt('brief', () => su(now, 'POST /opinion/reports', { body: { kind: 'daily' } }))
  for (const [back, loans] of [
    [2, 18_420],
    [1, 19_130],
    [0, 12_870],
  ] as const)
    await attempt('loans', () =>
      su(now, 'PUT /opinion/loan-counts', {
        body: { month: monthBefore(now, back), loans, source: '核心系统放款台账' },
      }),
    )
  const month = monthBefore(now, 1)
  await attempt('review', async () => {
    await su(now, 'GET /opinion/reviews/{month}', { params: { month } })
    await su(now, 'POST /opinion/reviews/{month}/actions', {
      params: { month },
      body: { what: '委外外呼名单增加前置校验，剔除非本人号码', owner: '周敏', due: now.toISOString().slice(0, 10) },
    })
  })
  await attempt('tickets', () => answerTickets(by('zhou'), now))
}

/** The week, once: what is there already is left alone. */
const loadWeek = async (
  app: App,
  { feed, alerts, clock, say }: { feed: SourceSandbox; alerts: AlertSandbox; clock: Clock; say: Options['say'] },
): Promise<void> => {
  say('舆情：一周公开帖文，含一次真实危机的处置 public opinion: a week of posts with one crisis, handled …')
  const startedAt = performance.now()
  const { by, idOf } = await actorsOf(app)
  const admin = by('system')
  const now = app.ctx.now()
  const made = new Date(now.getTime() - 7 * 24 * hourMs)
  const subjects = await makeSubjects(admin, made)
  const sources = await makeSources(admin, made, feed)
  await makeAlerting(admin, made, { sandbox: alerts, members: [idOf('su'), idOf('chen')] })
  const week = opinionWeek({ seed, now, background: 1_900, crowd: 800 })
  const lastHours = now.getTime() - 3 * hourMs
  const isRecord = ({ item, truth }: Said) => item.kind === 'complaint' && truth.story === 'background'
  const isFreshNews = ({ item, truth }: Said) =>
    item.platform === 'news' && truth.story === 'background' && Date.parse(item.publishedAt) > lastHours
  const isFresh = ({ truth }: Said) => truth.story === 'fresh'
  const told = week.filter((one) => !isRecord(one) && !isFreshNews(one) && !isFresh(one))
  const { incidentId } = await inThePast(app.ctx, (past) => {
    const goOn = (at: Date) => {
      clock.at = at.getTime()
      return past.goOn(at)
    }
    return tellWeek({ past: { ...past, goOn }, by, now, sources, subjects }, told)
  })
  clock.at = undefined
  feed.publish(...week.filter(isFresh).map(postOf))
  feed.setHotList([
    { title: '明月消费金融回应催收事件', heat: 420_000 },
    { title: '这个冬天第一场雪', heat: 310_000 },
  ])
  await admin(now, 'POST /opinion/sources/{id}/ask', { params: { id: sources.feed } })
  const news = week.filter(isFreshNews)
  if (news.length > 0) await pushNews(app, sources.media, news)
  await uploadComplaints(app, sources.complaints, week.filter(isRecord))
  await writeUp(app, by, now)
  say(
    `    ${week.length.toLocaleString('en')} posts · 8 subjects · ${incidentId === undefined ? 'no incident' : `incident ${incidentId} handled and closed`} · ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`,
  )
}

/** @returns what stops the sandboxes and the talk */
export const startOpinion = async (app: App, { live, say }: Options): Promise<() => Promise<void>> => {
  // Bots refuse what was signed long ago: in the past they have its time.
  const clock: Clock = { at: undefined }
  const [feed, alerts] = await Promise.all([
    startSourceSandbox(),
    startAlertSandbox({ perMinute: 10_000, now: () => clock.at ?? Date.now() }),
  ])
  const stopped = new AbortController()
  let talking: Promise<void> | undefined
  const stop = async () => {
    stopped.abort()
    await talking
    await Promise.all([feed.stop(), alerts.stop()])
  }
  try {
    const { by } = await actorsOf(app)
    const { items } = await by('system')<{ items: unknown[] }>(app.ctx.now(), 'GET /opinion/subjects')
    if (items.length === 0) await loadWeek(app, { feed, alerts, clock, say })
    else await pointAt(by('system'), app.ctx.now(), { feed, alerts })
    if (live) talking = talk(feed, stopped.signal)
    return stop
  } catch (error) {
    await stop()
    throw error
  }
}

const talk = async (feed: SourceSandbox, signal: AbortSignal): Promise<void> => {
  const next = openTalk({ seed, series: `live${Date.now()}-` })
  while (!signal.aborted) {
    feed.publish(postOf(next(new Date())))
    await pause(talkEveryMs, undefined, { signal }).catch(() => undefined)
  }
}
