import { z } from 'zod'
import { type Job, job, type Route, route } from '#platform'
import { customersLent } from '../consent/lent.ts'
import { csvStream } from '../consent/routes.ts'
import {
  CustomerExclusions,
  CustomerNo,
  ExclusionEnd,
  ExclusionId,
  ExclusionPage,
  ExclusionQuery,
  NewExclusion,
} from './contract.ts'
import {
  FileColumns,
  FileImport,
  FileImportPage,
  FileTarget,
  NewAddressFile,
  NewExclusionFile,
} from './file-contract.ts'
import {
  cancelFileImport,
  fileRejects,
  importAddresses,
  importExclusions,
  listFileImports,
  readFileImport,
  runFileImport,
} from './file-import.ts'
import { addExclusion, endExclusion, readCustomerExclusions, readExclusions } from './store.ts'

const FileId = z.object({ id: z.uuid() })

export const exclusionRoutes: readonly Route[] = [
  route('GET /exclusions', {
    can: 'exclusions.read',
    summary: 'Who is not to be reached with what, newest first',
    query: ExclusionQuery,
    reply: ExclusionPage,
    run: readExclusions,
  }),
  route('POST /exclusions', {
    can: 'exclusions.write',
    summary: 'Exclude a customer',
    body: NewExclusion,
    reply: CustomerExclusions,
    status: 201,
    run: addExclusion,
  }),
  route('POST /exclusions/{id}/end', {
    can: 'exclusions.write',
    summary: 'End an exclusion; it stays on record',
    params: z.object({ id: ExclusionId }),
    body: ExclusionEnd,
    reply: CustomerExclusions,
    run: endExclusion,
  }),
  route('GET /customers/{id}/exclusions', {
    can: 'exclusions.read',
    summary: 'What stands between a customer and messages, stated and found out',
    params: z.object({ id: CustomerNo }),
    reply: CustomerExclusions,
    run: readCustomerExclusions,
  }),
  route('POST /compliance-files', {
    can: 'exclusions.write',
    summary: 'Send a file of addresses or customers; answers with its columns, masked',
    reply: FileColumns,
    status: 201,
    run: async (ctx, _input, { request }) =>
      customersLent().describeUpload(ctx, (await customersLent().storeUpload(ctx, request)).fileId),
  }),
  route('POST /do-not-contact/imports', {
    can: 'exclusions.write',
    summary: 'Bar all addresses of a file or a text; runs in the background',
    body: NewAddressFile,
    reply: FileImport,
    status: 202,
    run: importAddresses,
  }),
  route('POST /exclusions/imports', {
    can: 'exclusions.write',
    summary: 'Exclude all customers that a file or a text names; runs in the background',
    body: NewExclusionFile,
    reply: FileImport,
    status: 202,
    run: importExclusions,
  }),
  route('GET /compliance-files/imports', {
    can: 'exclusions.read',
    summary: 'Imports of such files, newest first',
    query: FileTarget,
    reply: FileImportPage,
    run: listFileImports,
  }),
  route('GET /compliance-files/imports/{id}', {
    can: 'exclusions.read',
    summary: 'One import with its progress',
    params: FileId,
    reply: FileImport,
    run: readFileImport,
  }),
  route('POST /compliance-files/imports/{id}/cancel', {
    can: 'exclusions.write',
    summary: 'Stop it; what is done stays',
    params: FileId,
    reply: FileImport,
    run: cancelFileImport,
  }),
  route('GET /compliance-files/imports/{id}/rejects.csv', {
    can: 'exclusions.write',
    summary: 'Lines that could not be used, as a CSV file; masked',
    params: FileId,
    run: async (ctx, { id }, { reply }) => {
      await readFileImport(ctx, { id })
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="rejects-${id}.csv"`)
      return reply.send(csvStream(['line', 'value', 'code'], fileRejects(ctx, id)))
    },
  }),
]

export const exclusionJobs: readonly Job[] = [
  job({
    name: 'compliance.fileImport',
    attempts: 3,
    timeoutSeconds: 3_600,
    input: FileId,
    run: runFileImport,
  }),
]
