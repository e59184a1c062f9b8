import type { CalendarWindow, ConsentState, ReachChannel, SpanUnit } from '../../../src/audiences/contract.ts'

export type { SpanUnit } from '../../../src/audiences/contract.ts'

// Written out again, because taking them from the contract would bring its whole schema library into the page. The
// compiler says so when they differ.
const units: Record<SpanUnit, true> = { minute: true, hour: true, day: true, week: true, month: true, year: true }
const windows: Record<CalendarWindow, true> = {
  today: true,
  yesterday: true,
  'this week': true,
  'last week': true,
  'this month': true,
  'last month': true,
  'this year': true,
  'last year': true,
}
const states: Record<ConsentState, true> = { granted: true, refused: true, withdrawn: true, none: true }
const channels: Record<ReachChannel, true> = {
  sms: true,
  call: true,
  email: true,
  wechat: true,
  push: true,
  ads: true,
}

export const spanUnits = Object.keys(units) as SpanUnit[]
/** Of the time between two steps: exact lengths only. */
export const gapUnits: readonly SpanUnit[] = ['minute', 'hour', 'day', 'week']
export const calendarWindows = Object.keys(windows) as CalendarWindow[]
export const consentStates = Object.keys(states) as ConsentState[]
export const reachChannels = Object.keys(channels) as ReachChannel[]
/** Of a sequence; `definitionLimits.steps` of the contract. */
export const mostSteps = 5
