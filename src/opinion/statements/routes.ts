import { z } from 'zod'
import { route } from '#platform'
import { fileHeaders } from '../incidents/attachments.ts'
import { factsInForce } from './judge.ts'
import { logPublication } from './publications.ts'
import { addScreenshot, readScreenshot } from './screenshots.ts'
import {
  CitedFact,
  NewStatement,
  NewTemplate,
  Published,
  Statement,
  StatementChange,
  StatementFinding,
  StatementPage,
  StatementQuery,
  StatementText,
  Submitted,
  Suggestion,
  Templates,
  Withdrawn,
} from './statement-contract.ts'
import {
  changeStatement,
  checkText,
  createStatement,
  listStatements,
  readStatement,
  submitStatement,
  suggestFor,
  withdrawStatement,
} from './store.ts'
import { addTemplate, fillTemplate, listTemplates, retireTemplate } from './templates.ts'

const Number32 = z.coerce.number().int().min(1).max(2_147_483_647)
const Id = z.object({ id: Number32 })
const path = '/opinion/statements'

export const statementRoutes = [
  route(`GET ${path}`, {
    can: 'opinion.read',
    summary: 'Statements, newest first',
    query: StatementQuery,
    reply: StatementPage,
    run: listStatements,
  }),
  route(`POST ${path}`, {
    can: 'opinion.write',
    summary: 'Write a statement; nothing goes out by it',
    body: NewStatement,
    reply: Statement,
    status: 201,
    run: createStatement,
  }),
  route(`GET ${path}/templates`, {
    can: 'opinion.read',
    summary: 'Beginnings of statements',
    reply: Templates,
    run: listTemplates,
  }),
  route(`POST ${path}/templates`, {
    can: 'opinion.write',
    summary: 'Add a template',
    body: NewTemplate,
    reply: Templates,
    run: addTemplate,
  }),
  route(`POST ${path}/templates/{id}/retire`, {
    can: 'opinion.write',
    summary: 'Take a template out of use',
    params: Id,
    reply: Templates,
    run: retireTemplate,
  }),
  route(`POST ${path}/templates/fill`, {
    can: 'opinion.read',
    summary: 'A template with what the program knows put in',
    body: z.strictObject({
      title: z.string().max(200),
      body: z.string().max(20_000),
      story: z.string().max(200),
      facts: z.array(z.int().min(1)).max(50).default([]),
    }),
    reply: z.object({ title: z.string(), body: z.string() }),
    run: async (ctx, { title, body, story, facts }) =>
      fillTemplate(ctx, { title, body }, { story, facts: facts.length === 0 ? [] : await factsInForce(ctx, facts) }),
  }),
  route(`GET ${path}/facts`, {
    can: 'opinion.read',
    summary: 'Facts that may be cited now: approved and valid',
    reply: z.object({ items: z.array(CitedFact) }),
    run: async (ctx) => ({ items: await factsInForce(ctx) }),
  }),
  route(`POST ${path}/check`, {
    can: 'opinion.read',
    summary: 'What is wrong with a text that is being written',
    body: StatementText,
    reply: z.object({ findings: z.array(StatementFinding) }),
    run: checkText,
  }),
  route(`GET ${path}/suggestion`, {
    can: 'opinion.read',
    summary: 'A statement to begin with for an incident',
    query: z.object({ incidentId: Number32 }),
    reply: Suggestion,
    run: suggestFor,
  }),
  route(`GET ${path}/{id}`, {
    can: 'opinion.read',
    summary: 'One statement with its versions, reviews and publications',
    params: Id,
    reply: Statement,
    run: readStatement,
  }),
  route(`POST ${path}/{id}/versions`, {
    can: 'opinion.write',
    summary: 'A new version; an approval of another text does not hold for it',
    params: Id,
    body: StatementChange,
    reply: Statement,
    run: changeStatement,
  }),
  route(`POST ${path}/{id}/submit`, {
    can: 'opinion.write',
    summary: 'Put exactly this text before legal',
    params: Id,
    body: Submitted,
    reply: Statement,
    run: submitStatement,
  }),
  route(`POST ${path}/{id}/publications`, {
    can: 'opinion.write',
    summary: 'Write down where the approved text was published',
    params: Id,
    body: Published,
    reply: Statement,
    run: logPublication,
  }),
  route(`POST ${path}/{id}/publications/{publicationId}/screenshot`, {
    can: 'opinion.write',
    summary: 'Proof of a publication (multipart, field "file")',
    params: Id.extend({ publicationId: Number32 }),
    reply: Statement,
    bodyLimitBytes: 11 * 1_024 * 1_024,
    run: (ctx, input, { request }) => addScreenshot(ctx, input, request),
  }),
  route(`GET ${path}/{id}/files/{fileId}`, {
    can: 'opinion.read',
    summary: 'Proof of a publication',
    params: Id.extend({ fileId: z.uuid() }),
    run: async (ctx, input, { reply }) => {
      const file = await readScreenshot(ctx, input)
      return reply.headers(fileHeaders(file)).send(file.bytes)
    },
  }),
  route(`POST ${path}/{id}/withdraw`, {
    can: 'opinion.write',
    summary: 'Take a statement out of use',
    params: Id,
    body: Withdrawn,
    reply: Statement,
    run: withdrawStatement,
  }),
]
