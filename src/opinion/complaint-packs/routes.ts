import { z } from 'zod'
import { route } from '#platform'
import { fileHeaders } from '../incidents/attachments.ts'
import { postsOfIncident } from './make.ts'
import { NewPack, Pack, PackAnswered, PackPage, PackPost, PackQuery, PackSubmitted } from './pack-contract.ts'
import { createPack, listPacks, openPack, packAnswered, packSubmitted } from './store.ts'

const Number32 = z.coerce.number().int().min(1).max(2_147_483_647)
const Id = z.object({ id: Number32 })
const path = '/opinion/complaint-packs'

export const complaintPackRoutes = [
  route(`GET ${path}`, {
    can: 'opinion.read',
    summary: 'Complaint packs, newest first',
    query: PackQuery,
    reply: PackPage,
    run: listPacks,
  }),
  route(`GET ${path}/posts`, {
    can: 'opinion.read',
    summary: 'Posts of an incident that a pack may name',
    query: z.object({ incidentId: Number32 }),
    reply: z.object({ items: z.array(PackPost) }),
    run: async (ctx, { incidentId }) => ({ items: await postsOfIncident(ctx, incidentId) }),
  }),
  route(`POST ${path}`, {
    can: 'opinion.evidence',
    summary: 'Make a pack: report, evidence, documents. It is handed in by a person, through the official way',
    body: NewPack,
    reply: Pack,
    status: 201,
    run: createPack,
  }),
  route(`GET ${path}/{id}/file`, {
    can: 'opinion.evidence',
    summary: 'The pack as a ZIP archive; that it was taken is on record',
    params: Id,
    run: async (ctx, input, { reply }) => {
      const { name, bytes } = await openPack(ctx, input)
      return reply.headers(fileHeaders({ name, type: 'application/zip' })).send(bytes)
    },
  }),
  route(`POST ${path}/{id}/submitted`, {
    can: 'opinion.evidence',
    summary: 'It was handed in',
    params: Id,
    body: PackSubmitted,
    reply: Pack,
    run: packSubmitted,
  }),
  route(`POST ${path}/{id}/answer`, {
    can: 'opinion.evidence',
    summary: 'What was decided about it',
    params: Id,
    body: PackAnswered,
    reply: Pack,
    run: packAnswered,
  }),
]
