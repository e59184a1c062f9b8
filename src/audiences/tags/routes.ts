import { z } from 'zod'
import { analyseText, type Job, job, type Route, route } from '#platform'
import { MemberPage, MembersQuery } from '../contract.ts'
import {
  AsOfQuery,
  Assigned,
  AssignRequest,
  CustomerTags,
  NewTag,
  Preview,
  PreviewRequest,
  RemoveForGood,
  Review,
  RunRequest,
  SetValues,
  StateChange,
  Tag,
  TagChange,
  TagDistribution,
  TagKey,
  TagPage,
  TagQuery,
  TagRuns,
  TagVersions,
  TextAnswer,
  TextAsked,
  TextSettings,
  Uploaded,
  UploadRequest,
} from './contract.ts'
import { assignAudience, setValues, uploadValues } from './manual.ts'
import { listModels } from './models.ts'
import { previewTag, readCustomerTags, readDistribution, readPeople, readRuns } from './read.ts'
import { allowAgain, removeForGood } from './removal.ts'
import { readVersions, reviewTag } from './review.ts'
import { requestRun, runDueTags, runTagJob } from './run.ts'
import { changeState, changeTag, createTag, expireTags, listTags, readTag } from './store.ts'

import { readTextSettings, readTexts, writeTextSettings } from './texts.ts'

const Key = z.object({ key: TagKey })
const CustomerKey = z.object({ id: z.coerce.number().int().min(1).max(4_294_967_295), key: TagKey })
const Done = z.object({ run: z.int(), changed: z.int() })

export const tagRoutes: readonly Route[] = [
  route('GET /tags', {
    can: 'tags.read',
    summary: 'The catalogue of tags, newest first; retired ones only when asked for',
    query: TagQuery,
    reply: TagPage,
    run: listTags,
  }),
  route('POST /tags', {
    can: 'tags.write',
    summary: 'Make a tag; it is a draft until taken into use',
    body: NewTag,
    reply: Tag,
    status: 201,
    run: createTag,
  }),
  route('POST /tags/preview', {
    can: 'tags.write',
    summary: 'Coverage and distribution of a definition on live data, without saving it',
    body: PreviewRequest,
    reply: Preview,
    run: previewTag,
  }),
  route('GET /tags/models', {
    can: 'tags.read',
    summary: 'Models that tags can be made from',
    reply: z.object({ items: z.array(z.object({ model: z.string(), id: z.string(), title: z.string() })) }),
    run: async (ctx) => ({ items: await listModels(ctx) }),
  }),
  route('GET /texts', {
    can: 'tags.read',
    summary: 'Which events hold text, and the words of each topic',
    reply: TextSettings,
    run: readTextSettings,
  }),
  route('PUT /texts', {
    can: 'tags.write',
    summary: 'Say which events hold text, and the words of each topic',
    body: TextSettings,
    reply: TextSettings,
    run: writeTextSettings,
  }),
  route('POST /texts/analyse', {
    can: 'tags.read',
    summary: 'Sentiment, keywords and topics of a text; nothing is stored',
    body: TextAsked,
    reply: TextAnswer,
    run: async (ctx, { text }) => analyseText(text, (await readTextSettings(ctx)).topics),
  }),
  route('GET /tags/{key}', { can: 'tags.read', summary: 'One tag', params: Key, reply: Tag, run: readTag }),
  route('PATCH /tags/{key}', {
    can: 'tags.write',
    summary: 'Change what is given; a new definition is a new version, and waits for review where it is sensitive',
    params: Key,
    body: TagChange,
    reply: Tag,
    run: changeTag,
  }),
  route('POST /tags/{key}/state', {
    can: 'tags.write',
    summary: 'Take a tag into use (or to review), rest it, or retire it',
    params: Key,
    body: StateChange,
    reply: Tag,
    run: changeState,
  }),
  route('POST /tags/{key}/review', {
    can: 'tags.review',
    summary: 'Approve or refuse a version that somebody else wrote',
    params: Key,
    body: Review,
    reply: Tag,
    run: reviewTag,
  }),
  route('POST /tags/{key}/run', {
    can: 'tags.write',
    summary: 'Compute the tag now, as of its base date or a given one; in the background',
    params: Key,
    body: RunRequest,
    reply: Tag,
    status: 202,
    run: async (ctx, input) => {
      await requestRun(ctx, input)
      return readTag(ctx, input)
    },
  }),
  route('GET /tags/{key}/runs', {
    can: 'tags.read',
    summary: 'Runs with coverage and distribution, newest first',
    params: Key,
    query: z.object({ limit: z.coerce.number().int().min(1).max(400).default(60) }),
    reply: TagRuns,
    run: readRuns,
  }),
  route('GET /tags/{key}/versions', {
    can: 'tags.read',
    summary: 'Versions of the definition with their reviews, newest first',
    params: Key,
    reply: TagVersions,
    run: readVersions,
  }),
  route('GET /tags/{key}/distribution', {
    can: 'tags.read',
    summary: 'How many hold which value at an instant, now unless given',
    params: Key,
    query: AsOfQuery,
    reply: TagDistribution,
    run: readDistribution,
  }),
  route('GET /tags/{key}/people', {
    can: 'customers.read',
    summary: 'Who holds a value (any, without one) at an instant; masked',
    params: Key,
    query: MembersQuery.extend({ value: z.string().max(100).optional(), asOf: z.iso.datetime().optional() }),
    reply: MemberPage,
    run: readPeople,
  }),
  route('POST /tags/{key}/assign', {
    can: 'tags.write',
    summary: 'Set, add or take away values of a manual tag on everybody in an audience',
    params: Key,
    body: AssignRequest,
    reply: Assigned,
    run: assignAudience,
  }),
  route('POST /tags/{key}/upload', {
    can: 'tags.write',
    summary: 'Values of a manual tag by lines of identifier and value; what cannot be used comes back',
    params: Key,
    body: UploadRequest,
    bodyLimitBytes: 16 * 1024 * 1024,
    reply: Uploaded,
    run: uploadValues,
  }),
  route('GET /customers/{id}/tags', {
    can: 'customers.read',
    summary: 'Tags of one customer at an instant, now unless given, and those removed from him for good',
    params: CustomerKey.pick({ id: true }),
    query: AsOfQuery,
    reply: CustomerTags,
    run: readCustomerTags,
  }),
  route('PUT /customers/{id}/tags/{key}', {
    can: 'tags.write',
    summary: 'Set, add or take away values of a manual tag on one customer',
    params: CustomerKey,
    body: SetValues,
    reply: Done,
    run: setValues,
  }),
  route('POST /customers/{id}/tags/{key}/removal', {
    can: 'tags.write',
    summary: 'Remove a tag from a customer for good, at his wish',
    params: CustomerKey,
    body: RemoveForGood,
    status: 204,
    run: removeForGood,
  }),
  route('DELETE /customers/{id}/tags/{key}/removal', {
    can: 'tags.write',
    summary: 'Let a tag be given to a customer again, at his wish',
    params: CustomerKey,
    status: 204,
    run: allowAgain,
  }),
]

export const tagJobs: readonly Job[] = [
  job({ name: 'tags.runDue', cron: '* * * * *', attempts: 1, input: z.object({}), run: runDueTags }),
  job({
    name: 'tags.run',
    attempts: 3,
    timeoutSeconds: 1_800,
    input: z.object({ key: z.string(), asOf: z.string().optional() }),
    run: runTagJob,
  }),
  job({
    name: 'tags.readTexts',
    cron: '*/10 * * * *',
    input: z.object({}),
    run: async (ctx, _input, signal) => void (await readTexts(ctx, signal)),
  }),
  job({ name: 'tags.expire', cron: '3 0 * * *', input: z.object({}), run: expireTags }),
]
