export {
  type Chunk,
  type Company,
  demoCompany,
  type History,
  type SimulationOptions,
  simulate,
} from './company.ts'
export type { Consent } from './consents.ts'
export type { CustomerRow } from './customer-rows.ts'
export { type WriteOptions, type WriteProgress, type Written, writeFiles } from './files.ts'
export { type LiveOptions, liveEvents } from './live.ts'
export { consentsMapping, customersMapping, eventsMapping, type Mapping } from './mappings.ts'
export type { Message } from './messages.ts'
export type { Truth } from './truth.ts'
