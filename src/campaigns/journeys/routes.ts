import { z } from 'zod'
import { customersMerged } from '#customers'
import { on, route } from '#platform'
import { listEntries, readStory } from './entries.ts'
import { moveEntry, removeEntry, retryEntries } from './entry-changes.ts'
import { readFlow, readLive } from './live.ts'
import {
  EntryPage,
  EntryQuery,
  EntryStory,
  Flow,
  FlowQuery,
  Live,
  MoveEntry,
  RemoveEntry,
  RetryEntries,
} from './live-contract.ts'
import { joinEntries } from './merges.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })
const EntryId = Id.extend({ entryId: z.string().regex(/^\d{1,19}$/) })

export const journeyRoutes = [
  route('GET /campaigns/{id}/live', {
    can: 'campaigns.read',
    summary: 'Where people of a version are now, and by which ways they left each step; exact',
    params: Id,
    query: z.object({ version: z.coerce.number().int().min(1).optional() }),
    reply: Live,
    run: readLive,
  }),
  route('GET /campaigns/{id}/flow', {
    can: 'campaigns.read',
    summary: 'Ways people took in a period, and how long they had been at the steps',
    params: Id,
    query: FlowQuery,
    reply: Flow,
    run: readFlow,
  }),
  route('GET /campaigns/{id}/entries', {
    can: 'customers.read',
    summary: 'People in a campaign, masked, by step and state',
    params: Id,
    query: EntryQuery,
    reply: EntryPage,
    run: listEntries,
  }),
  route('GET /campaigns/{id}/entries/{entryId}', {
    can: 'customers.read',
    summary: 'What happened to one person in a journey, step by step',
    params: EntryId,
    reply: EntryStory,
    run: readStory,
  }),
  route('POST /campaigns/{id}/entries/{entryId}/move', {
    can: 'campaigns.run',
    summary: 'Put one person at another step',
    params: EntryId,
    body: MoveEntry,
    status: 204,
    run: moveEntry,
  }),
  route('POST /campaigns/{id}/entries/{entryId}/remove', {
    can: 'campaigns.run',
    summary: 'Take one person out of the journey',
    params: EntryId,
    body: RemoveEntry,
    status: 204,
    run: removeEntry,
  }),
  route('POST /campaigns/{id}/entries/retry', {
    can: 'campaigns.run',
    summary: 'Let people who failed try their step again',
    params: Id,
    body: RetryEntries,
    reply: z.object({ retried: z.int() }),
    run: retryEntries,
  }),
]

export const journeySubscriptions = [on(customersMerged, 'campaigns.joinEntries', joinEntries)]
