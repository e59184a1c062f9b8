import { z } from 'zod'
import { job, route } from '#platform'
import {
  Campaign,
  CampaignChange,
  CampaignPage,
  CampaignQuery,
  NewCampaign,
  PlanCheck,
  VersionDetail,
  Versions,
} from '../contract.ts'
import { endDrained, pauseCampaign, refuseTooLate, resumeCampaign, stopCampaign } from './lifecycle.ts'
import { checkCampaign, listVersions, publishCampaign, readVersion, submitCampaign } from './publish.ts'
import {
  changeCampaign,
  createCampaign,
  deleteCampaign,
  duplicateCampaign,
  listCampaigns,
  readCampaign,
} from './store.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })
const Reason = z.string().trim().min(1).max(500)

export const planRoutes = [
  route('GET /campaigns', {
    can: 'campaigns.read',
    summary: 'Campaigns, newest first',
    query: CampaignQuery,
    reply: CampaignPage,
    run: listCampaigns,
  }),
  route('POST /campaigns', {
    can: 'campaigns.write',
    summary: 'Save a campaign as a draft; nothing happens before it is published',
    body: NewCampaign,
    reply: Campaign,
    status: 201,
    run: createCampaign,
  }),
  route('GET /campaigns/{id}', {
    can: 'campaigns.read',
    summary: 'One campaign',
    params: Id,
    reply: Campaign,
    run: readCampaign,
  }),
  route('PATCH /campaigns/{id}', {
    can: 'campaigns.write',
    summary: 'Change the draft; what runs stays as it was published',
    params: Id,
    body: CampaignChange,
    reply: Campaign,
    run: changeCampaign,
  }),
  route('DELETE /campaigns/{id}', {
    can: 'campaigns.write',
    summary: 'Delete a draft that never ran',
    params: Id,
    status: 204,
    run: deleteCampaign,
  }),
  route('POST /campaigns/{id}/duplicate', {
    can: 'campaigns.write',
    summary: 'A new draft like this one',
    params: Id,
    reply: Campaign,
    status: 201,
    run: duplicateCampaign,
  }),
  route('POST /campaigns/{id}/check', {
    can: 'campaigns.read',
    summary: 'What keeps the draft from being approved, and what a reviewer has to look at',
    params: Id,
    reply: PlanCheck,
    run: checkCampaign,
  }),
  route('POST /campaigns/{id}/submit', {
    can: 'campaigns.write',
    summary: 'Put the draft before a second person, with all that it is made of',
    params: Id,
    body: z.strictObject({ note: z.string().trim().max(500).default('') }),
    reply: z.object({ reviewId: z.int() }),
    run: submitCampaign,
  }),
  route('POST /campaigns/{id}/publish', {
    can: 'campaigns.run',
    summary: 'Let the draft run, exactly as it was approved',
    params: Id,
    reply: Campaign,
    run: publishCampaign,
  }),
  route('GET /campaigns/{id}/versions', {
    can: 'campaigns.read',
    summary: 'What was published, newest first, with the people still in it',
    params: Id,
    reply: Versions,
    run: listVersions,
  }),
  route('GET /campaigns/{id}/versions/{version}', {
    can: 'campaigns.read',
    summary: 'One version, with all that it is made of',
    params: Id.extend({ version: z.coerce.number().int().min(1) }),
    reply: VersionDetail,
    run: readVersion,
  }),
  route('POST /campaigns/{id}/pause', {
    can: 'campaigns.run',
    summary: 'Hold everybody at his place; nothing is sent',
    params: Id,
    body: z.strictObject({ reason: Reason }),
    reply: Campaign,
    run: pauseCampaign,
  }),
  route('POST /campaigns/{id}/resume', {
    can: 'campaigns.run',
    summary: 'Go on where it was held',
    params: Id,
    reply: Campaign,
    run: resumeCampaign,
  }),
  route('POST /campaigns/{id}/stop', {
    can: 'campaigns.run',
    summary: 'Let nobody in any more; those inside finish, or leave at once',
    params: Id,
    body: z.strictObject({ reason: Reason, atOnce: z.boolean().default(false) }),
    reply: Campaign,
    run: stopCampaign,
  }),
]

export const planJobs = [
  job({
    name: 'campaigns.endDrained',
    cron: '* * * * *',
    attempts: 1,
    input: z.object({}),
    run: async (ctx) => {
      await refuseTooLate(ctx)
      await endDrained(ctx)
    },
  }),
]
