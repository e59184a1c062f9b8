import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { describeUpload, storeUpload, writeTable } from '#customers'
import { type Ctx, type Job, job, type Route, route } from '#platform'
import { MemberPage, MembersQuery } from '../contract.ts'
import {
  List,
  ListChange,
  ListFile,
  ListId,
  ListPage,
  ListQuery,
  ListVerdict,
  NewUpload,
  RejectPage,
  RejectQuery,
  Upload,
  UploadPage,
} from './contract.ts'
import { NewSnapshot, SavedSnapshot, SetSize, SetSizeRequest } from './set-contract.ts'
import { saveSnapshot, sizeOfSets } from './sets.ts'
import { changeList, deleteList, pruneLists, readList, readListMembers, readLists, verifyList } from './store.ts'
import {
  allUploadRejects,
  cancelUpload,
  listUploads,
  readUpload,
  readUploadRejects,
  runUpload,
  startUpload,
} from './upload.ts'

const Id = z.object({ id: ListId })

export const listRoutes: readonly Route[] = [
  route('POST /audiences/sets/size', {
    can: 'audiences.read',
    summary: 'How many a combination of audiences and lists holds, at once',
    body: SetSizeRequest,
    reply: SetSize,
    run: sizeOfSets,
  }),
  route('POST /audiences/lists', {
    can: 'audiences.write',
    summary: 'Freeze an audience, a list or a combination of them, or a sample of it, as a list',
    body: NewSnapshot,
    reply: SavedSnapshot,
    status: 201,
    run: saveSnapshot,
  }),
  route('GET /audiences/lists', {
    can: 'audiences.read',
    summary: 'Lists, newest first',
    query: ListQuery,
    reply: ListPage,
    run: readLists,
  }),
  route('POST /audiences/lists/files', {
    can: 'audiences.write',
    summary: 'Send a file of identifiers; answers with its columns, masked',
    reply: ListFile,
    status: 201,
    run: async (ctx, _input, { request }) => describeUpload(ctx, (await storeUpload(ctx, request)).fileId),
  }),
  route('POST /audiences/lists/uploads', {
    can: 'audiences.write',
    summary: 'Make a list of the people that identifiers name; runs in the background',
    body: NewUpload,
    reply: Upload,
    status: 202,
    run: startUpload,
  }),
  route('GET /audiences/lists/uploads', {
    can: 'audiences.read',
    summary: 'Uploads of lists, newest first',
    reply: UploadPage,
    run: listUploads,
  }),
  route('GET /audiences/lists/uploads/{id}', {
    can: 'audiences.read',
    summary: 'One upload with its progress',
    params: Id,
    reply: Upload,
    run: readUpload,
  }),
  route('POST /audiences/lists/uploads/{id}/cancel', {
    can: 'audiences.write',
    summary: 'Stop it; nothing is kept',
    params: Id,
    reply: Upload,
    run: cancelUpload,
  }),
  route('GET /audiences/lists/uploads/{id}/rejects', {
    can: 'audiences.write',
    summary: 'Lines that named nobody, by line; masked',
    params: Id,
    query: RejectQuery,
    reply: RejectPage,
    run: readUploadRejects,
  }),
  route('GET /audiences/lists/uploads/{id}/rejects.csv', {
    can: 'audiences.write',
    summary: 'All lines that named nobody, as a CSV file; masked',
    params: Id,
    run: async (ctx, { id }, { reply }) => {
      await readUpload(ctx, { id })
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="not-found-${id}.csv"`)
      return reply.send(csvOf(ctx, id))
    },
  }),
  route('GET /audiences/lists/{id}', {
    can: 'audiences.read',
    summary: 'One list',
    params: Id,
    reply: List,
    run: readList,
  }),
  route('PATCH /audiences/lists/{id}', {
    can: 'audiences.write',
    summary: 'Change the name or the reason of a list',
    params: Id,
    body: ListChange,
    reply: List,
    run: changeList,
  }),
  route('DELETE /audiences/lists/{id}', {
    can: 'audiences.write',
    summary: 'Delete a list that no audience is defined by',
    params: Id,
    status: 204,
    run: deleteList,
  }),
  route('GET /audiences/lists/{id}/members', {
    can: 'customers.read',
    summary: 'Members of a list, by number; masked',
    params: Id,
    query: MembersQuery,
    reply: MemberPage,
    run: readListMembers,
  }),
  route('POST /audiences/lists/{id}/verify', {
    can: 'audiences.read',
    summary: 'Whether members and origin are still those of the content hash',
    params: Id,
    reply: ListVerdict,
    run: verifyList,
  }),
]

const csvOf = (ctx: Ctx, id: string): PassThrough => {
  const out = new PassThrough()
  writeTable('csv', ['line', 'value', 'code'], allUploadRejects(ctx, id), out).catch((error: unknown) =>
    out.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return out
}

export const listJobs: readonly Job[] = [
  job({ name: 'audiences.uploadList', attempts: 3, timeoutSeconds: 3_600, input: Id, run: runUpload }),
  job({ name: 'audiences.pruneLists', cron: '47 3 * * *', input: z.object({}), run: pruneLists }),
]
