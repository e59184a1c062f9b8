import { z } from 'zod'
import { type Route, route } from '#platform'
import { checkCreative } from './check.ts'
import {
  Creative,
  CreativeChange,
  CreativeCheck,
  CreativePage,
  CreativeQuery,
  CreativeVersions,
  CreativeWords,
  NewCreative,
  NewPrice,
  Preview,
  PreviewRequest,
  PriceList,
  SubmitCreative,
  Submitted,
  VariableList,
} from './creative-contract.ts'
import { previewCreative } from './preview.ts'
import { listPrices, setPrice } from './prices.ts'
import {
  archiveCreative,
  changeCreative,
  createCreative,
  duplicateCreative,
  listCreatives,
  readCreative,
} from './store.ts'
import { submitCreative } from './submit.ts'
import { listVariables } from './variables.ts'
import { readVersions, restoreVersion } from './versions.ts'

const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) })

export const creativeRoutes: readonly Route[] = [
  route('GET /creatives', {
    can: 'creatives.read',
    summary: 'Creatives, newest first, with their reviews and where they are used',
    query: CreativeQuery,
    reply: CreativePage,
    run: listCreatives,
  }),
  route('POST /creatives', {
    can: 'creatives.write',
    summary: 'Write a creative; it may be unfinished',
    body: NewCreative,
    reply: Creative,
    status: 201,
    run: createCreative,
  }),
  route('POST /creatives/check', {
    can: 'creatives.read',
    summary: 'What is wrong with a text: templates, variables, forbidden words, what it has to say; nothing is stored',
    body: CreativeWords,
    reply: CreativeCheck,
    run: checkCreative,
  }),
  route('POST /creatives/preview', {
    can: 'creatives.read',
    summary: 'What one person would get: a sample person, or a customer with his personal values masked',
    body: PreviewRequest,
    reply: Preview,
    run: previewCreative,
  }),
  route('GET /creatives/variables', {
    can: 'creatives.read',
    summary: 'What may stand in a text, and how to write it',
    reply: VariableList,
    run: listVariables,
  }),
  route('GET /creatives/prices', {
    can: 'creatives.read',
    summary: 'What a part of a message costs, for the estimate while writing',
    reply: PriceList,
    run: listPrices,
  }),
  route('PUT /creatives/prices', {
    can: 'creatives.write',
    summary: 'Say what a part of a message costs from today on',
    body: NewPrice,
    reply: PriceList,
    run: setPrice,
  }),
  route('GET /creatives/{id}', {
    can: 'creatives.read',
    summary: 'One creative',
    params: Id,
    reply: Creative,
    run: readCreative,
  }),
  route('PATCH /creatives/{id}', {
    can: 'creatives.write',
    summary: 'Change what is given; other words are a new version and void what waits for review',
    params: Id,
    body: CreativeChange,
    reply: Creative,
    run: changeCreative,
  }),
  route('GET /creatives/{id}/versions', {
    can: 'creatives.read',
    summary: 'All versions, newest first',
    params: Id,
    reply: CreativeVersions,
    run: readVersions,
  }),
  route('POST /creatives/{id}/versions/{version}/restore', {
    can: 'creatives.write',
    summary: 'Bring an old version back as the newest',
    params: Id.extend({ version: z.coerce.number().int().min(1) }),
    reply: Creative,
    run: restoreVersion,
  }),
  route('POST /creatives/{id}/copy', {
    can: 'creatives.write',
    summary: 'A copy, or another wording of it for a comparison',
    params: Id,
    body: z.strictObject({ name: z.string().trim().min(1).max(100), variant: z.boolean().default(false) }),
    reply: Creative,
    status: 201,
    run: duplicateCreative,
  }),
  route('POST /creatives/{id}/archive', {
    can: 'creatives.write',
    summary: 'Take a creative out of the lists, or bring it back',
    params: Id,
    body: z.strictObject({ archived: z.boolean() }),
    reply: Creative,
    run: archiveCreative,
  }),
  route('POST /creatives/{id}/review', {
    can: 'creatives.write',
    summary: 'Submit a creative for review as it stands',
    params: Id,
    body: SubmitCreative,
    reply: Submitted,
    status: 201,
    run: submitCreative,
  }),
]
