import { ownOrigin } from '#compliance'
import type { Ctx } from '#platform'
import { aspectNames, levelNames, platformNames } from '../terms-contract.ts'
import type { NoticeReason } from './alert-contract.ts'
import type { AlertDetailFacts, AlertRow } from './alert-rows.ts'

/** What messages say. Chinese, as their readers; event titles are masked already. */

const named = (names: Readonly<Record<string, readonly [string, string]>>, code: string): string =>
  names[code]?.[0] ?? code

export const clockNames = {
  acknowledge: '确认',
  act: '处置',
  statement: '声明',
  close: '关闭',
  regulator: '监管报告',
} as const

/** Whether it is a drill is said first, in every message. */
const drillMark = (drillId: number): string => (drillId > 0 ? '【演练】' : '')
const whys: Partial<Record<NoticeReason, string>> = {
  repeat: '（未确认，再次提醒）',
  silenceEnded: '（静默结束，仍未确认）',
  resolved: '（已结束）',
  changed: '（有变化）',
}

export const localTime = (at: Date): string => {
  const text = new Date(at.getTime() + 8 * 3_600_000).toISOString()
  return `${text.slice(5, 10)} ${text.slice(11, 16)}`
}

const harmlessSigns: Readonly<Record<string, string>> = {
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '{': '｛',
  '}': '｝',
  '*': '＊',
  '`': '｀',
}

/**
 * Words of strangers inside a message: a title comes from a post, and whoever writes a post must not put a link, a call of
 * everybody or the mark of a link of acknowledging into our groups. One line; addresses are left out, signs of markup are written wide.
 */
export const harmless = (text: string): string =>
  text
    .replaceAll(/\b[a-z][a-z\d+.-]{1,20}:\/\/\S+/gi, '〔链接〕')
    .replaceAll(/[[\]<>{}*`]/g, (sign) => harmlessSigns[sign] ?? sign)
    .replaceAll(/\s+/g, ' ')

export const titleOf = (alert: Pick<AlertRow, 'drill_id' | 'level' | 'title'>, why: NoticeReason): string =>
  `${drillMark(alert.drill_id)}【${levelNames[alert.level][0]}】${harmless(alert.title)}${whys[why] ?? ''}`

/** Stands in the stored text for a link that only its reader gets. */
export const linkMark = (linkId: string): string => `{{ack:${linkId}}}`

/** @param due by when it has to be acknowledged */
export const textOf = (ctx: Ctx, alert: AlertRow, due: Date | null, ack?: string): string => {
  const { posts, authors, z, hotListRank, negative, why } = alert.detail as AlertDetailFacts
  const { subjects, aspects, platforms } = alert.labels
  const lines = [
    `**对象**：${subjects.map(({ name }) => harmless(name)).join('、') || '—'}`,
    `**定级原因**：${harmless(why) || '未触发升级条件'}`,
    `**规模**：${posts} 条帖文，${authors} 位作者，${platforms.map((one) => named(platformNames, one)).join('、') || '—'}；负面 ${Math.round(negative * 100)}%`,
    ...(aspects.length > 0
      ? [
          `**涉及**：${aspects
            .slice(0, 4)
            .map((one) => named(aspectNames, one))
            .join('、')}`,
        ]
      : []),
    ...(z >= 3 || hotListRank !== null
      ? [`**走势**：声量偏离 ${z}${hotListRank === null ? '' : `，热搜第 ${hotListRank} 位`}`]
      : []),
    ...(due && alert.state === 'firing' ? [`**确认时限**：${localTime(due)}`] : []),
    ...(alert.state === 'acknowledged' ? [`已由 ${alert.acknowledged_by_name ?? ''} 确认`] : []),
    `[在知音中查看](${ownOrigin(ctx)}/opinion/events/${alert.event_id})`,
    ...(ack && alert.state === 'firing' ? [`[确认收到](${ack})（仅限本人，请勿转发）`] : []),
  ]
  return lines.join('\n')
}

/** One line of several alerts that are told together. */
export const lineOf = (ctx: Ctx, alert: AlertRow, ack?: string): string => {
  const link = `[查看](${ownOrigin(ctx)}/opinion/events/${alert.event_id})`
  const confirm = ack && alert.state === 'firing' ? ` [确认收到](${ack})` : ''
  return `- ${titleOf(alert, 'first')} ${link}${confirm}`
}

export const groupTitle = (alerts: readonly AlertRow[], why: NoticeReason): string => {
  const [first] = alerts
  if (first && alerts.length === 1) return titleOf(first, why)
  const severe = alerts.filter(({ level }) => level === 'severe').length
  const mark = drillMark(first?.drill_id ?? 0)
  return `${mark}【舆情预警】${alerts.length} 个事件${severe > 0 ? `，其中 ${severe} 个严重` : ''}${whys[why] ?? ''}`
}
