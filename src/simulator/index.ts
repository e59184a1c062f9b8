export { demoCompany, simulate } from './company.ts'
export { type WriteProgress, writeFiles } from './files.ts'
export { liveEvents } from './live.ts'
export type { Message } from './messages.ts'
