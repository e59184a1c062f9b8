import { levelNames, nameIn, platformNames } from '../terms-contract.ts'
import type { ReportFacts } from './facts-contract.ts'
import type { ReportSection } from './report-contract.ts'
import type { Say } from './say.ts'

const nothing = { posts: 0, ids: [] }

/** Events of the period, the gravest first. */
export const eventsSection = (facts: ReportFacts, { t, n, at, language }: Say): ReportSection => {
  const { events } = facts
  if (events.length === 0)
    return {
      key: 'events',
      title: t('舆情事件', 'Events'),
      sentences: [{ text: t('本期没有形成事件。', 'Nothing grew into an event in this period.'), from: nothing }],
    }
  return {
    key: 'events',
    title: t('舆情事件', 'Events'),
    sentences: events
      .filter(({ gist }) => gist !== '')
      .slice(0, 3)
      .map(({ title, gist, gistPosts, posts }) => ({
        text: t(`「${title}」：${gist}`, `“${title}”: ${gist}`),
        from: { posts, ids: gistPosts.slice(0, 12) },
      })),
    table: {
      columns: [
        t('事件', 'event'),
        t('等级', 'level'),
        t('帖文', 'posts'),
        t('账号', 'accounts'),
        t('平台', 'platforms'),
        t('首发', 'first seen'),
        t('最近', 'latest'),
      ],
      rows: events.map((event) => ({
        cells: [
          event.title,
          event.level ? nameIn(levelNames, event.level, language) : '—',
          n(event.posts),
          n(event.authors),
          n(event.platforms),
          at(event.firstAt),
          at(event.lastAt),
        ],
        from: { posts: event.posts, ids: [...new Set([event.firstPost, ...event.gistPosts])].slice(0, 12) },
      })),
    },
  }
}

/** From platform to platform, in order of first appearance. */
export const hopsSection = (facts: ReportFacts, { t, n, at, language }: Say): ReportSection => {
  const [first, ...later] = facts.hops
  return {
    key: 'hops',
    title: t('跨平台传播', 'From platform to platform'),
    sentences: first
      ? [
          {
            text: t(
              `最早于 ${at(first.firstAt)} 见于${nameIn(platformNames, first.platform, language)}${later.length > 0 ? `，此后扩散到 ${n(later.length)} 个平台` : '，至今未见扩散到其他平台'}。`,
              `First seen on ${nameIn(platformNames, first.platform, language)} at ${at(first.firstAt)}${later.length > 0 ? `, then on ${n(later.length)} more platforms` : ', on no other platform so far'}.`,
            ),
            from: first.from,
          },
        ]
      : [{ text: t('没有采集到帖文。', 'No post was collected.'), from: nothing }],
    ...(first && {
      table: {
        columns: [t('平台', 'platform'), t('首次出现', 'first seen'), t('帖文', 'posts')],
        rows: facts.hops.map(({ platform, firstAt, posts, from }) => ({
          cells: [nameIn(platformNames, platform, language), at(firstAt), n(posts)],
          from,
        })),
      },
    }),
  }
}

const incidentStates: Readonly<Record<string, readonly [string, string]>> = {
  open: ['待确认', 'open'],
  acknowledged: ['已确认', 'acknowledged'],
  acting: ['处置中', 'being handled'],
  closing: ['待关闭', 'closing'],
  closed: ['已关闭', 'closed'],
}

/** What was done, and whether in time. */
export const handlingSection = (facts: ReportFacts, { t, n, at, language }: Say): ReportSection => {
  const { incidents } = facts
  const closed = incidents.filter(({ closedAt }) => closedAt !== null).length
  const late = incidents.filter((incident) => incident.late > 0).length
  return {
    key: 'handling',
    title: t('处置情况', 'Handling'),
    sentences: [
      {
        text:
          incidents.length === 0
            ? t('本期没有处置单。', 'There was no incident in this period.')
            : t(
                `处置单 ${n(incidents.length)} 张，已关闭 ${n(closed)} 张，有时限超期的 ${n(late)} 张。`,
                `${n(incidents.length)} incidents, ${n(closed)} closed, ${n(late)} with a missed deadline.`,
              ),
        from: { posts: incidents.length, ids: incidents.flatMap(({ from }) => from.ids.slice(0, 1)).slice(0, 12) },
      },
    ],
    ...(incidents.length > 0 && {
      table: {
        columns: [
          t('处置单', 'incident'),
          t('等级', 'level'),
          t('状态', 'state'),
          t('开单', 'opened'),
          t('关闭', 'closed'),
          t('超期', 'missed'),
        ],
        rows: incidents.map((incident) => ({
          cells: [
            incident.title,
            nameIn(levelNames, incident.level, language),
            incidentStates[incident.state]?.[language === 'zh' ? 0 : 1] ?? incident.state,
            at(incident.openedAt),
            incident.closedAt ? at(incident.closedAt) : '—',
            n(incident.late),
          ],
          from: incident.from,
        })),
      },
    }),
  }
}

/** What the report could see, and what it could not. */
export const coverageSection = (facts: ReportFacts, { t, n, share }: Say): ReportSection => {
  const { sources, unsure, corrected, dateDoubts, readings, all } = facts.coverage
  const blind = sources.filter(({ blindMinutes }) => blindMinutes > 0)
  return {
    key: 'coverage',
    title: t('覆盖说明', 'What this report could see'),
    sentences: [
      {
        text: t(
          `数据来自 ${n(sources.length)} 个信源；只包括采集到的公开内容，不代表全网。`,
          `From ${n(sources.length)} sources; only what was collected from public places, not everything that was said.`,
        ),
        from: all,
      },
      ...(blind.length > 0
        ? [
            {
              text: t(
                `本期有中断的信源：${blind.map(({ name, blindMinutes }) => `${name}（${n(blindMinutes)} 分钟）`).join('、')}，这些时段的数字偏低。`,
                `Sources that were blind: ${blind.map(({ name, blindMinutes }) => `${name} (${n(blindMinutes)} min)`).join(', ')}; figures of those hours are too low.`,
              ),
              from: nothing,
            },
          ]
        : []),
      {
        text: t(
          `${n(unsure)} 条（${share(unsure, all.posts)}）有判断待人工确认，${n(corrected)} 条经人工更正，${n(dateDoubts)} 条发布时间存疑；解读版本 ${readings.join('、') || '—'}。`,
          `${n(unsure)} posts (${share(unsure, all.posts)}) wait for a person's judgement, ${n(corrected)} were corrected by one, ${n(dateDoubts)} have a doubtful date; read by version ${readings.join(', ') || '—'}.`,
        ),
        from: all,
      },
    ],
    ...(sources.length > 0 && {
      table: {
        columns: [
          t('信源', 'source'),
          t('平台', 'platform'),
          t('帖文', 'posts'),
          t('滞后（分钟）', 'lag, minutes'),
          t('中断（分钟）', 'blind, minutes'),
          t('备注', 'note'),
        ],
        rows: sources.map((source) => ({
          cells: [
            source.name,
            source.platform,
            n(source.posts),
            source.lagMinutes === null ? '—' : n(source.lagMinutes),
            n(source.blindMinutes),
            source.note,
          ],
          from: { posts: source.posts, ids: [] },
        })),
      },
    }),
  }
}
