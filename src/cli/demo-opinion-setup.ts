import type { AlertSandbox, SourceSandbox } from '#opinion'
import { cast } from '#simulator'
import type { Act } from './demo-actor.ts'

/** What the company watches and whom it tells: subjects with rules, sources, bots, routing, who is on call. */

const colours = ['#4c7a78', '#7a5c4c', '#5c6f9c', '#8a6d9e', '#a0703c', '#6d7f45', '#7d7d7d', '#96606a']

/** Subjects by key. Once made, they are left alone. */
export const makeSubjects = async (act: Act, at: Date): Promise<Map<string, number>> => {
  const ids = new Map<string, number>()
  for (const [index, { key, kind, role, name, own, productKey, expression, disguised }] of cast.entries()) {
    const { id } = await act<{ id: number }>(at, 'POST /opinion/subjects', {
      body: {
        kind,
        role,
        name,
        own,
        productKey,
        parentId: kind === 'product' || kind === 'executive' ? (ids.get('brand') ?? null) : null,
        owner: own ? '苏晴' : null,
        colour: colours[index] ?? '#4c7a78',
      },
    })
    ids.set(key, id)
    const [word = name] = expression.split(' ')
    await act(at, 'POST /opinion/subjects/{id}/rules', {
      params: { id },
      body: {
        name: '名称与简称',
        definition: {
          expression,
          variants: disguised.map((text) => ({ word, text, kind: 'masked', risk: 'low', perMillion: null })),
        },
        reason: '公司名、产品名与常见写法',
      },
    })
  }
  return ids
}

export const sourceNames = {
  all: '全网采集（接口推送）',
  media: '媒体与监管监测（接口推送）',
  complaints: '投诉平台导出（文件）',
  feed: '社区订阅（JSON Feed 沙箱）',
} as const

/** The feed is read every minute, from a server that the demo brings along. */
export const feedOf = (url: string) => ({
  name: sourceNames.feed,
  platform: 'xiaohongshu',
  config: { kind: 'feed', url: `${url}/feed.json` },
  timetable: { everyMinutes: 1 },
  politeness: { requestsPerMinute: 60 },
  terms: { basis: 'own', note: '演示沙箱，本机自带，不含任何真实内容', sampling: '最新 50 条' },
})

export interface SourceIds {
  all: number
  media: { id: number; key: string }
  complaints: number
  feed: number
}

export const makeSources = async (act: Act, at: Date, feed: SourceSandbox): Promise<SourceIds> => {
  const make = (body: Record<string, unknown>) =>
    act<{ id: number; key: string | null }>(at, 'POST /opinion/sources', { body })
  const terms = { basis: 'contract', note: '演示：与数据服务商的采购合同，仅公开内容，不含评论者身份' }
  const all = await make({ name: sourceNames.all, platform: 'weibo', config: { kind: 'webhook' }, terms })
  const media = await make({
    name: sourceNames.media,
    platform: 'news',
    postKind: 'article',
    config: { kind: 'webhook' },
    terms: { ...terms, basis: 'public', note: '演示：媒体与监管部门公开发布的报道和通报' },
  })
  const complaints = await make({
    name: sourceNames.complaints,
    platform: 'heimao',
    postKind: 'complaint',
    config: { kind: 'files', preset: 'own' },
    terms: { ...terms, basis: 'submitted', note: '演示：投诉平台转来的投诉记录，按周导出' },
  })
  const { id } = await make(feedOf(feed.url))
  return { all: all.id, media: { id: media.id, key: media.key ?? '' }, complaints: complaints.id, feed: id }
}

const botNames = { dingtalk: '钉钉·舆情值守群', wecom: '企业微信·法务合规群', feishu: '飞书·演练群' } as const
const bots = Object.keys(botNames) as (keyof typeof botNames)[]

const secretsOf = (sandbox: AlertSandbox, kind: (typeof bots)[number]) => ({
  url: sandbox.url(kind, 'demo'),
  ...(kind !== 'wecom' && { secret: 'SEC-sandbox' }),
})

interface Channel {
  id: number
  name: string
  version: number
}

/** Bots at the sandbox, the tree that leads to them, and a rota of two. */
export const makeAlerting = async (
  act: Act,
  at: Date,
  { sandbox, members }: { sandbox: AlertSandbox; members: readonly string[] },
): Promise<void> => {
  const ids = new Map<string, number>()
  for (const kind of bots) {
    const { id, version } = await act<Channel>(at, 'POST /opinion/alert-channels', {
      body: {
        kind,
        name: botNames[kind],
        serves: kind === 'feishu' ? 'drill' : 'real',
        secrets: secretsOf(sandbox, kind),
      },
    })
    await act(at, 'PATCH /opinion/alert-channels/{id}', { params: { id }, body: { state: 'on', basedOn: version } })
    ids.set(kind, id)
  }
  const [dingtalk = 0, wecom = 0, feishu = 0] = bots.map((kind) => ids.get(kind) ?? 0)
  const { current } = await act<{ current: { version: number; document: { root: object } } }>(
    at,
    'GET /opinion/alert-routing',
  )
  const node = { groupBy: null, groupWaitSeconds: null, groupIntervalSeconds: null, repeatMinutes: null }
  await act(at, 'PUT /opinion/alert-routing', {
    body: {
      document: {
        ...current.document,
        root: {
          ...current.document.root,
          receiver: 'duty',
          routes: [
            { id: 'drills', name: '演练', match: { drill: true }, receiver: 'drill', ...node },
            {
              id: 'grave',
              name: '严重：同时告知法务合规',
              match: { levels: ['severe'] },
              receiver: 'grave',
              ...node,
            },
          ],
        },
        receivers: [
          { name: 'duty', title: '舆情值守', channels: [dingtalk] },
          { name: 'grave', title: '值守与法务合规', channels: [dingtalk, wecom] },
          { name: 'drill', title: '演练群', channels: [feishu] },
        ],
      },
      reason: '按等级告知值守与法务合规，演练只到演练群',
      basedOn: current.version,
    },
  })
  await act(at, 'POST /opinion/rotas', {
    body: {
      name: '舆情值班',
      rules: { members, firstDay: at.toISOString().slice(0, 10), handOver: '09:00' },
    },
  })
}

/** The sandboxes of another start stand at other addresses. */
export const pointAt = async (
  act: Act,
  at: Date,
  { feed, alerts }: { feed: SourceSandbox; alerts: AlertSandbox },
): Promise<void> => {
  const { items } = await act<{ items: { id: number; name: string }[] }>(at, 'GET /opinion/sources')
  const known = items.find(({ name }) => name === sourceNames.feed)
  if (known) await act(at, 'PUT /opinion/sources/{id}', { params: { id: known.id }, body: feedOf(feed.url) })
  const { channels } = await act<{ channels: Channel[] }>(at, 'GET /opinion/alert-channels')
  for (const kind of bots) {
    const channel = channels.find(({ name }) => name === botNames[kind])
    if (channel)
      await act(at, 'PATCH /opinion/alert-channels/{id}', {
        params: { id: channel.id },
        body: { secrets: secretsOf(alerts, kind), basedOn: channel.version },
      })
  }
}
