import type { Level } from '../contract.ts'
import type { ClockKind, Entry, IncidentState, IncidentTask, Outcome, Party } from './incident-contract.ts'

/** Words of documents, which are Chinese whatever the reader's language. Pure. */

export const levelNames: Readonly<Record<Level, string>> = { minor: '轻微', moderate: '中等', severe: '严重' }
export const stateNames: Readonly<Record<IncidentState, string>> = {
  open: '待签收',
  acknowledged: '已签收',
  acting: '处置中',
  closing: '待关闭',
  closed: '已关闭',
}
export const outcomeNames: Readonly<Record<Outcome, string>> = {
  resolved: '已解决',
  faded: '自然平息',
  'false-alarm': '误报',
  duplicate: '重复',
  transferred: '已移交',
}
export const partyNames: Readonly<Record<Party, string>> = {
  pr: '公关',
  legal: '法务',
  service: '客服',
  compliance: '合规',
  admin: '管理层',
}
export const taskStateNames: Readonly<Record<IncidentTask['state'], string>> = {
  open: '待办',
  doing: '进行中',
  done: '已完成',
  dropped: '已取消',
}
const clockNames: Readonly<Record<ClockKind, string>> = {
  acknowledge: '签收',
  act: '首次行动',
  statement: '对外声明',
  close: '关闭',
  regulator: '监管报告',
}
const known = <T extends string>(names: Readonly<Record<T, string>>, key: unknown): string =>
  Object.entries<string>(names).find(([name]) => name === key)?.[1] ?? (typeof key === 'string' ? key : '')

/** What an entry of the timeline says, in one sentence. */
export const entryText = ({ kind, lane, text, detail }: Pick<Entry, 'kind' | 'lane' | 'text' | 'detail'>): string => {
  const words = text === '' ? '' : `：${text}`
  const of = lane === null ? '' : `［${partyNames[lane]}］`
  switch (kind) {
    case 'opened':
      return `${detail['how'] === 'grade' ? '按等级自动开立' : '人工开立'}（${known(levelNames, detail['level'])}）${words}`
    case 'state':
      return `${known(stateNames, detail['from'])} → ${known(stateNames, detail['to'])}${words}`
    case 'level':
      return `${detail['of'] === 'event' ? '事件等级' : '等级'} ${detail['from'] === null ? '' : `${known(levelNames, detail['from'])} → `}${known(levelNames, detail['to'])}${words}`
    case 'linked':
      return `关联事件 #${detail['event']}${words}`
    case 'unlinked':
      return `解除关联事件 #${detail['event']}${words}`
    case 'burst':
      return `出现爆发，累计 ${detail['posts']} 帖${words}`
    case 'posts':
      return `帖文达到 ${detail['posts']}${words}`
    case 'due':
      return detail['clock'] === undefined ? `${of}任务到期${words}` : `${known(clockNames, detail['clock'])}到期`
    case 'escalated':
      return `${known(clockNames, detail['clock'])}超时升级`
    case 'clock':
      return `${known(clockNames, detail['clock'])}${detail['what'] === 'paused' ? '暂停' : detail['what'] === 'resumed' ? '恢复' : '已完成'}${words}`
    case 'lane':
      return `${of}移交 ${detail['from'] ?? '—'} → ${detail['to'] ?? '—'}${words}`
    case 'signed':
      return `${known(partyNames, detail['party'])}签署${words}`
    case 'unsigned':
      return `${known(partyNames, detail['party'])}撤回签署${words}`
    case 'alert':
      return detail['what'] === 'taken' ? `预警已确认${words}` : `发出预警${words}`
    case 'decision':
      return `${of}决定${words}`
    default:
      return `${of}${text}`
  }
}
