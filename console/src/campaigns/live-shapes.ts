import type { z } from 'zod'
import type {
  EntryPage as EntryPageSchema,
  Entry as EntrySchema,
  EntryStory as EntryStorySchema,
  entryStates as states,
} from '../../../src/campaigns/journeys/live-contract.ts'

export type { Live } from '../../../src/campaigns/journeys/live-contract.ts'
export type Entry = z.infer<typeof EntrySchema>
export type EntryPage = z.infer<typeof EntryPageSchema>
export type EntryStory = z.infer<typeof EntryStorySchema>
export type EntryState = (typeof states)[number]

export const entryStates = ['active', 'finished', 'exited', 'converted', 'stopped', 'failed'] as const
