import { z } from 'zod'
import { offerCustomerSet, offerListMaker } from '#customers'
import { type Feature, job, Problem, route } from '#platform'
import {
  Audience,
  AudienceChange,
  AudienceId,
  AudiencePage,
  AudienceQuery,
  ChangesPage,
  ChangesQuery,
  Estimate,
  EstimateRequest,
  Fields,
  History,
  HistoryQuery,
  MemberPage,
  MembersQuery,
  NewAudience,
  Refresh,
} from './contract.ts'
import { estimateFor } from './estimate.ts'
import { readFields } from './fields.ts'
import { listJobs, listRoutes } from './lists/routes.ts'
import { listNos, saveList } from './lists/save.ts'
import { audienceHealth } from './live/health.ts'
import { liveJobs, liveRoutes } from './live/routes.ts'
import { startLive } from './live/start.ts'
import { currentMembers, memberNos, readChanges, readMembers } from './members.ts'
import { portraitJobs, portraitRoutes } from './portraits/routes.ts'
import { pruneMembership, refreshAudience, refreshDue } from './refresh.ts'
import { changeAudience, createAudience, deleteAudience, listAudiences, readAudience, readHistory } from './store.ts'
import { tagJobs, tagRoutes } from './tags/routes.ts'

export { compare, propertySubject } from './comparison.ts'
export { compile, type World } from './condition.ts'
export type { Definition } from './definition-contract.ts'
export type { ListKind } from './lists/contract.ts'
export { listNos, listPage, type NewList, type SavedList, saveList } from './lists/save.ts'
export { readLists } from './lists/store.ts'
export { audiencesMoved, membersNow as membersAsOf } from './live/moves.ts'
export { audiencesNamed, listsNamed, tagsNamed } from './mentions-contract.ts'
export { instantOf, momentPeriod, moved, relativePeriod, wallClock } from './moments.ts'
export { audienceRefreshed } from './refresh.ts'
export { setTag } from './tags/manual.ts'
export { offerTagModel, type TagModel } from './tags/models.ts'
export { type RfmClass, type RfmCut, rfmClasses, rfmClassesOf, rfmFigures, rfmScores } from './tags/rfm.ts'
export { type WindowEdge, whole, windowEdges } from './window-edges.ts'
export { worldOf, zone } from './world.ts'
export { currentMembers, memberNos }

const Id = z.object({ id: AudienceId })

// Exports live with the customers, who know nothing of audiences: they take the members from here.
offerCustomerSet('audience', memberNos)
offerCustomerSet('list', listNos)
// So do the numbers of data quality, behind which are people to be kept.
offerListMaker((ctx, list) => saveList(ctx, { ...list, kind: 'insight' }))

export const audiences: Feature = {
  name: 'audiences',
  routes: [
    ...listRoutes,
    ...liveRoutes,
    ...tagRoutes,
    ...portraitRoutes,
    route('POST /audiences/estimate', {
      can: 'audiences.read',
      summary: 'How many match now, exactly, with the share of each condition',
      body: EstimateRequest,
      reply: Estimate,
      run: (ctx, input, { reply }) => estimateFor(ctx, input, reply.raw),
    }),
    route('GET /audiences/fields', {
      can: 'audiences.read',
      summary: 'Traits, events and properties that conditions can be made of, with sample values',
      reply: Fields,
      run: readFields,
    }),
    route('POST /audiences', {
      can: 'audiences.write',
      summary: 'Save an audience; it has no members before its first refresh',
      body: NewAudience,
      reply: Audience,
      status: 201,
      run: createAudience,
    }),
    route('GET /audiences', {
      can: 'audiences.read',
      summary: 'Audiences, newest first',
      query: AudienceQuery,
      reply: AudiencePage,
      run: listAudiences,
    }),
    route('GET /audiences/{id}', {
      can: 'audiences.read',
      summary: 'One audience',
      params: Id,
      reply: Audience,
      run: readAudience,
    }),
    route('PATCH /audiences/{id}', {
      can: 'audiences.write',
      summary: 'Change what is given; a new definition is a new version',
      params: Id,
      body: AudienceChange,
      reply: Audience,
      run: changeAudience,
    }),
    route('DELETE /audiences/{id}', {
      can: 'audiences.write',
      summary: 'Delete an audience that no other is defined by',
      params: Id,
      status: 204,
      run: deleteAudience,
    }),
    route('POST /audiences/{id}/refresh', {
      can: 'audiences.write',
      summary: 'Take the membership anew, as of now',
      params: Id,
      reply: Refresh,
      run: refreshAudience,
    }),
    route('GET /audiences/{id}/members', {
      can: 'customers.read',
      summary: 'Members now, by number; masked',
      params: Id,
      query: MembersQuery,
      reply: MemberPage,
      run: readMembers,
    }),
    route('GET /audiences/{id}/changes', {
      can: 'customers.read',
      summary: 'Who entered or left since a refresh; masked',
      params: Id,
      query: ChangesQuery,
      reply: ChangesPage,
      run: readChanges,
    }),
    route('GET /audiences/{id}/history', {
      can: 'audiences.read',
      summary: 'Size at each refresh, newest first',
      params: Id,
      query: HistoryQuery,
      reply: History,
      run: readHistory,
    }),
  ],
  jobs: [
    ...tagJobs,
    ...listJobs,
    ...portraitJobs,
    ...liveJobs,
    job({ name: 'audiences.refreshDue', cron: '* * * * *', attempts: 1, input: z.object({}), run: refreshDue }),
    job({
      name: 'audiences.refresh',
      attempts: 3,
      input: z.object({ id: AudienceId }),
      run: async (ctx, input) => {
        try {
          await refreshAudience(ctx, input)
        } catch (error) {
          // Somebody refreshes it already, or it was deleted: there is nothing left to do.
          const settled = ['audiences.refreshing', 'audiences.unknown']
          if (!(error instanceof Problem && settled.includes(error.code))) throw error
        }
      },
    }),
    job({ name: 'audiences.prune', cron: '41 3 * * *', input: z.object({}), run: pruneMembership }),
  ],
  health: audienceHealth,
  start: startLive,
}
