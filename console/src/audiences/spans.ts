import type { CalendarWindow, SpanUnit } from '../../../src/audiences/contract.ts'

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

export const spanUnits = Object.keys(units) as SpanUnit[]
export const calendarWindows = Object.keys(windows) as CalendarWindow[]
