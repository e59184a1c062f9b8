import { netSentiment } from '../awareness/net-sentiment-contract.ts'
import {
  aspectNames,
  authorClassNames,
  levelNames,
  nameIn,
  platformNames,
  speakerNames,
  urgencyNames,
} from '../terms-contract.ts'
import type { ReportFacts } from './facts-contract.ts'
import { coverageSection, eventsSection, handlingSection, hopsSection } from './outline-rest.ts'
import type { Evidence, ReportBody, ReportSection, ReportTable } from './report-contract.ts'
import { type Say, sayIn } from './say.ts'

/** 95 % interval of a share after Wilson (1927): holds for small counts and near 0 and 1. */
export const wilson = (hits: number, of: number): [low: number, high: number] => {
  if (of === 0) return [0, 1]
  const z = 1.959964
  const p = hits / of
  const middle = p + (z * z) / (2 * of)
  const half = z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))
  const whole = 1 + (z * z) / of
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)]
}

const percent = (share: number) => `${(share * 100).toFixed(1)}%`

const overview = (facts: ReportFacts, { t, n, share, change, at }: Say): ReportSection => {
  const { now, before } = facts
  const sentences: ReportSection['sentences'] = []
  if (now.posts === 0)
    sentences.push({
      text: t('本期没有采集到提及监测对象的帖文。', 'No post about the subjects was collected in this period.'),
      from: now.from,
    })
  else {
    sentences.push({
      text: t(
        `本期共采集到 ${n(now.posts)} 条提及监测对象的帖文，来自 ${n(now.platforms)} 个平台的 ${n(now.authors)} 个账号，${change(now.posts, before.posts)}${before.posts > 0 ? `（上期 ${n(before.posts)} 条）` : ''}。`,
        `${n(now.posts)} posts about the subjects from ${n(now.authors)} accounts on ${n(now.platforms)} platforms, ${change(now.posts, before.posts)}${before.posts > 0 ? ` (${n(before.posts)} in the period before)` : ''}.`,
      ),
      from: now.from,
    })
    const [low, high] = wilson(now.negative, now.posts)
    sentences.push({
      text: t(
        `对监测对象负面的 ${n(now.negative)} 条，占 ${share(now.negative, now.posts)}（95% 区间 ${percent(low)}–${percent(high)}${before.posts > 0 ? `；上期 ${share(before.negative, before.posts)}` : ''}）；正面的 ${n(now.positive)} 条，占 ${share(now.positive, now.posts)}。`,
        `${n(now.negative)} are negative toward the subject, ${share(now.negative, now.posts)} (95% interval ${percent(low)}–${percent(high)}${before.posts > 0 ? `; ${share(before.negative, before.posts)} before` : ''}); ${n(now.positive)} are positive, ${share(now.positive, now.posts)}.`,
      ),
      from: now.fromNegative,
    })
  }
  const graded = facts.events.filter(({ level }) => level === 'severe' || level === 'moderate')
  if (graded.length > 0)
    sentences.push({
      text: t(
        `在列事件中，严重 ${n(graded.filter(({ level }) => level === 'severe').length)} 起，中等 ${n(graded.filter(({ level }) => level === 'moderate').length)} 起。`,
        `Among the events, ${n(graded.filter(({ level }) => level === 'severe').length)} are severe and ${n(graded.filter(({ level }) => level === 'moderate').length)} moderate.`,
      ),
      from: { posts: graded.length, ids: graded.slice(0, 12).map(({ firstPost }) => firstPost) },
    })
  const peak = facts.trend.points.toSorted((a, b) => b.posts - a.posts || (a.at < b.at ? -1 : 1))[0]
  if (peak && peak.posts > 0)
    sentences.push({
      text: t(
        `声量最高的${facts.trend.step === 'hour' ? '一小时' : '一天'}从 ${at(peak.at)} 开始，共 ${n(peak.posts)} 条，其中负面 ${n(peak.negative)} 条。`,
        `The busiest ${facts.trend.step} began at ${at(peak.at)} with ${n(peak.posts)} posts, ${n(peak.negative)} of them negative.`,
      ),
      from: facts.trend.peak,
    })
  return { key: 'overview', title: t('总体情况', 'Overview'), sentences }
}

const trend = (facts: ReportFacts, say: Say): ReportSection => {
  const { points, step } = facts.trend
  return {
    key: 'trend',
    title: say.t('声量走势', 'Volume over time'),
    sentences: [],
    chart: {
      kind: 'lines',
      labels: points.map(({ at }) => (step === 'hour' ? say.at(at) : say.at(at).replace(/ \d\d:\d\d$/, ''))),
      series: [
        { name: say.t('全部', 'all'), tone: 'main', values: points.map(({ posts }) => posts) },
        { name: say.t('负面', 'negative'), tone: 'bad', values: points.map(({ negative }) => negative) },
      ],
    },
  }
}

interface Breakdown {
  key: string
  title: string
  of: string
  rows: readonly { name: string; posts: number; negative: number; before: number; from: Evidence }[]
  chart?: boolean
}

const breakdown = (
  { key, title, of, rows, chart = false }: Breakdown,
  all: number,
  { t, n, share, change }: Say,
): ReportSection => {
  const shown = rows.filter(({ posts, before }) => posts > 0 || before > 0)
  const [first, second] = shown
  const table: ReportTable = {
    columns: [of, t('帖文', 'posts'), t('占比', 'share'), t('负面占比', 'negative'), t('变化', 'change')],
    rows: shown.map((row) => ({
      cells: [
        row.name,
        n(row.posts),
        share(row.posts, all),
        share(row.negative, row.posts),
        change(row.posts, row.before),
      ],
      from: row.from,
    })),
  }
  return {
    key,
    title,
    sentences:
      first && first.posts > 0
        ? [
            {
              text: t(
                `最多的是「${first.name}」，${n(first.posts)} 条，占 ${share(first.posts, all)}，${change(first.posts, first.before)}${second && second.posts > 0 ? `；其次是「${second.name}」，${n(second.posts)} 条` : ''}。`,
                `First comes ${first.name} with ${n(first.posts)} posts, ${share(first.posts, all)}, ${change(first.posts, first.before)}${second && second.posts > 0 ? `; then ${second.name} with ${n(second.posts)}` : ''}.`,
              ),
              from: first.from,
            },
          ]
        : [{ text: t('本期没有。', 'None in this period.'), from: { posts: 0, ids: [] } }],
    ...(shown.length > 0 && { table }),
    ...(chart &&
      shown.length > 1 && {
        chart: {
          kind: 'bars' as const,
          labels: shown.slice(0, 11).map(({ name }) => name),
          series: [
            { name: t('帖文', 'posts'), tone: 'main' as const, values: shown.slice(0, 11).map(({ posts }) => posts) },
            {
              name: t('负面', 'negative'),
              tone: 'bad' as const,
              values: shown.slice(0, 11).map(({ negative }) => negative),
            },
          ],
        },
      }),
  }
}

const subjectsSection = (facts: ReportFacts, { t, n, share, change }: Say): ReportSection | undefined => {
  const rows = facts.bySubject
  if (rows.length < 2) return undefined
  const heard = rows.reduce((sum, { posts }) => sum + posts, 0)
  const net = (row: (typeof rows)[number]) => {
    const value = netSentiment(row.positive, row.negative, row.posts)
    return value === null ? '—' : `${(value * 100).toFixed(0)}%`
  }
  return {
    key: 'subjects',
    title: t('监测对象与竞品', 'Subjects and competitors'),
    sentences: [
      {
        text: t(
          '声量占比以下列全部对象的提及之和为分母；净情感为（正面−负面）÷全部提及。',
          'Share of voice is of all mentions of the subjects below; net sentiment is (positive − negative) ÷ all mentions.',
        ),
        from: { posts: heard, ids: rows[0]?.from.ids.slice(0, 1) ?? [] },
      },
    ],
    table: {
      columns: [
        t('对象', 'subject'),
        t('提及', 'mentions'),
        t('声量占比', 'share of voice'),
        t('负面占比', 'negative'),
        t('净情感', 'net sentiment'),
        t('变化', 'change'),
      ],
      rows: rows.map((row) => ({
        cells: [
          row.own ? row.name : t(`${row.name}（他方）`, `${row.name} (others)`),
          n(row.posts),
          share(row.posts, heard),
          share(row.negative, row.posts),
          net(row),
          change(row.posts, row.before),
        ],
        from: row.from,
      })),
    },
  }
}

const keyPosts = (facts: ReportFacts, { t, n, at, language }: Say): ReportSection => ({
  key: 'keyPosts',
  title: t('重点帖文', 'Posts heard most'),
  sentences: facts.keyPosts.length === 0 ? [{ text: t('本期没有。', 'None.'), from: { posts: 0, ids: [] } }] : [],
  ...(facts.keyPosts.length > 0 && {
    table: {
      columns: [
        t('时间', 'time'),
        t('平台', 'platform'),
        t('账号', 'account'),
        t('内容', 'text'),
        t('互动', 'engagement'),
      ],
      rows: facts.keyPosts.map((post) => ({
        cells: [
          at(post.at),
          nameIn(platformNames, post.platform, language),
          `${post.author || '—'}（${nameIn(authorClassNames, post.authorClass, language)}）`,
          post.excerpt,
          n(post.engagement),
        ],
        from: { posts: 1, ids: [post.id] },
      })),
    },
  }),
})

const complaints = (facts: ReportFacts, { t, n, share, change, yuan }: Say): ReportSection | undefined => {
  const { posts, before, amountFen, withAmount, replied, appeals, from } = facts.complaints
  if (posts === 0 && before === 0) return undefined
  return {
    key: 'complaints',
    title: t('投诉平台', 'Complaints'),
    sentences: [
      {
        text: t(
          `投诉 ${n(posts)} 件，${change(posts, before)}；已回复 ${n(replied)} 件（${share(replied, posts)}）；${n(withAmount)} 件写明金额，共 ${yuan(amountFen)}。`,
          `${n(posts)} complaints, ${change(posts, before)}; ${n(replied)} answered (${share(replied, posts)}); ${n(withAmount)} name an amount, ${yuan(amountFen)} together.`,
        ),
        from,
      },
    ],
    ...(appeals.length > 0 && {
      table: {
        columns: [t('诉求', 'appeal'), t('件数', 'complaints')],
        rows: appeals.map(({ appeal, posts, from }) => ({ cells: [appeal, n(posts)], from })),
      },
    }),
  }
}

const urgent = (facts: ReportFacts, { t, n, language }: Say): ReportSection => ({
  key: 'urgent',
  title: t('紧急信号', 'Urgent signs'),
  sentences:
    facts.urgencies.filter(({ posts }) => posts > 0).length === 0
      ? [
          {
            text: t(
              '未发现轻生风险、媒体采访、诉讼、群体维权或向监管举报的信号。',
              'No sign of self-harm, media inquiries, lawsuits, group action or reports to the regulator.',
            ),
            from: { posts: 0, ids: [] },
          },
        ]
      : facts.urgencies
          .filter(({ posts }) => posts > 0)
          .map(({ key, posts, from }) => ({
            text: t(
              `${nameIn(urgencyNames, key, language)}：${n(posts)} 条。`,
              `${nameIn(urgencyNames, key, language)}: ${n(posts)} posts.`,
            ),
            from,
          })),
})

const titles = {
  daily: ['舆情日报', 'Daily brief'],
  weekly: ['舆情周报', 'Weekly brief'],
  monthly: ['舆情月报', 'Monthly brief'],
  period: ['舆情简报', 'Brief'],
  event: ['事件报告', 'Event report'],
} as const

/** Lays out a report: fixed sections, every sentence and row with the posts it comes from. Pure: same facts, same report. */
export const outlineOf = (facts: ReportFacts): ReportBody => {
  const say = sayIn(facts.language)
  const { t, language } = say
  const all = facts.now.posts
  const named = <K extends string>(
    rows: readonly { key: K; posts: number; negative: number; before: number; from: Evidence }[],
    names: Readonly<Record<K, readonly [string, string]>>,
  ) => rows.map((row) => ({ ...row, name: nameIn(names, row.key, language) }))
  const event = facts.kind === 'event' ? facts.events[0] : undefined
  const sections: (ReportSection | undefined)[] = [
    overview(facts, say),
    trend(facts, say),
    ...(facts.kind === 'event' ? [hopsSection(facts, say)] : [subjectsSection(facts, say)]),
    breakdown(
      {
        key: 'aspects',
        title: t('主要诉求', 'What it is about'),
        of: t('方面', 'aspect'),
        rows: named(facts.aspects, aspectNames),
        chart: true,
      },
      all,
      say,
    ),
    urgent(facts, say),
    breakdown(
      {
        key: 'platforms',
        title: t('平台分布', 'Platforms'),
        of: t('平台', 'platform'),
        rows: named(facts.platforms, platformNames),
      },
      all,
      say,
    ),
    breakdown(
      {
        key: 'speakers',
        title: t('发声者', 'Who speaks'),
        of: t('身份', 'speaker'),
        rows: named(facts.speakers, speakerNames),
      },
      all,
      say,
    ),
    ...(facts.kind === 'event' ? [] : [eventsSection(facts, say)]),
    keyPosts(facts, say),
    complaints(facts, say),
    handlingSection(facts, say),
    coverageSection(facts, say),
  ]
  const [zh, en] = titles[facts.kind]
  const about = event
    ? `${event.title}${event.level ? `（${nameIn(levelNames, event.level, language)}）` : ''}`
    : facts.subjects
        .filter(({ own }) => own)
        .map(({ name }) => name)
        .join(language === 'zh' ? '、' : ', ')
  return {
    title: event
      ? `${t(zh, en)}：${event.title}`
      : `${t(zh, en)} ${say.day(new Date(new Date(facts.to).getTime() - 1).toISOString())}`,
    subtitle: t(
      `${about}　${say.at(facts.from)} 至 ${say.at(facts.to)}　生成于 ${say.at(facts.madeAt)}`,
      `${about} · ${say.at(facts.from)} to ${say.at(facts.to)} · made ${say.at(facts.madeAt)}`,
    ),
    drillMark:
      facts.drillId === 0
        ? null
        : t(
            '【演练】本报告的全部内容均为演练数据，不是真实舆情。',
            '[DRILL] Everything in this report comes from a drill; nothing of it is real.',
          ),
    sections: sections.filter((section) => section !== undefined),
  }
}
