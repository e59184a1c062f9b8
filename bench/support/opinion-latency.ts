import { NewChannel } from '../../src/opinion/alerts/channel-contract.ts'
import { changeChannel, createChannel } from '../../src/opinion/alerts/channels.ts'
import { changeRouting, currentRouting } from '../../src/opinion/alerts/routing-store.ts'
import { startAlertSandbox } from '../../src/opinion/alerts/sandbox.ts'
import { takeIn } from '../../src/opinion/intake/take-in.ts'
import { sleep } from './figures.ts'
import { postsOf, rulesOf } from './made-up-posts.ts'
import { openStage } from './opinion-stage.ts'
import { runPeer } from './processes.ts'

/** Milliseconds from giving a post to the arrival of its alert at the bot, one for each alert. */
export interface Latencies {
  ms: number[]
  /** Alerts that did not come within a minute. */
  missing: number
}

/** The whole program with its loops: severe posts about different subjects among usual ones, and a bot that notes the time. */
export const measureLatency = (dir: string, sizes: { alerts: number; usual: number }): Promise<Latencies> =>
  runPeer(import.meta.filename, [dir, JSON.stringify(sizes)])

const measure = async (dir: string, { alerts, usual }: { alerts: number; usual: number }): Promise<Latencies> => {
  const subjects = 10 + alerts
  const { app, ctx } = await openStage(dir, { work: true, subjects })
  const world = await startAlertSandbox({ perMinute: 100_000 })
  const made = await createChannel(
    ctx,
    NewChannel.parse({
      kind: 'dingtalk',
      name: '值守群',
      perMinute: 10_000,
      secrets: { url: world.url('dingtalk', 'duty'), secret: 'SEC-sandbox' },
    }),
  )
  await changeChannel(ctx, { id: made.id, state: 'on', basedOn: made.version })
  const { version, document } = await currentRouting(ctx)
  await changeRouting(ctx, {
    document: {
      ...document,
      root: { ...document.root, receiver: 'duty', groupBy: ['event'], groupWaitSeconds: 0, routes: [] },
      receivers: [{ name: 'duty', title: '值守', channels: [made.id], people: [] }],
      inhibit: [],
    },
    reason: '测量',
    basedOn: version,
  })
  const rules = rulesOf(subjects)
  const nameOf = (n: number) => rules[n]?.expression.split(' ')[0] ?? ''
  const givenAt = new Map<string, number>()
  for (let n = 0; n < alerts; n++) {
    const name = nameOf(10 + n)
    // Each says it in words of its own: the like of them would be one event.
    const [own, ...items] = postsOf(usual + 1, { characters: 58, until: ctx.now(), series: `latency${n}` })
    const publishedAt = ctx.now().toISOString()
    givenAt.set(name, performance.now())
    await takeIn(ctx, {
      sourceId: 1,
      items: [
        ...items,
        {
          guid: `severe${n}`,
          platform: 'regulator',
          kind: 'article',
          url: `https://gov.example/${n}`,
          title: `${name}被约谈`,
          text: `通报${name}暴力催收：${own?.text ?? ''}`,
          publishedAt,
          author: { id: `g${n}`, name: '监管', class: 'regulator', followers: 3_000_000 },
        },
        {
          guid: `listed${n}`,
          platform: 'weibo',
          kind: 'hot-list',
          text: `${name}被约谈 ${own?.text.slice(-12) ?? ''}`,
          publishedAt,
          hotList: { list: '微博热搜', rank: 5, heat: 900_000 },
        },
      ],
    })
    await sleep(1_000)
  }
  const heardOf = (name: string) => world.heard().find(({ title, text }) => title.includes(name) || text.includes(name))
  const until = performance.now() + 60_000
  while (performance.now() < until && [...givenAt.keys()].some((name) => !heardOf(name))) await sleep(50)
  const offset = performance.timeOrigin
  const ms = [...givenAt].flatMap(([name, given]) => {
    const heard = heardOf(name)
    return heard ? [heard.at - offset - given] : []
  })
  await app.stop()
  await world.stop()
  return { ms, missing: alerts - ms.length }
}

const [dir, sizes] = process.argv.slice(2)
if (import.meta.main && dir !== undefined && sizes !== undefined) {
  process.stdout.write(
    `${JSON.stringify(await measure(dir, JSON.parse(sizes) as { alerts: number; usual: number }))}\n`,
  )
  process.exit(0)
}
