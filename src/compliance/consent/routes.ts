import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { type Ctx, type Route, route } from '#platform'
import { CustomerNo } from '../exclusions/contract.ts'
import {
  AskAnswer,
  AskQuestion,
  CustomerConsents,
  NewPurpose,
  Notice,
  NoticeDraft,
  ProgramWord,
  Purpose,
  PurposeChange,
  PurposeKey,
  PurposeList,
  StaffWord,
} from './contract.ts'
import { makePreferenceLink, readCustomerConsents, recordStaffWord } from './customer-consents.ts'
import { addEntry, allEntries, askRemoval, decideRemoval, readEntries } from './do-not-contact.ts'
import {
  DncEntry,
  DncPage,
  DncQuery,
  EntryId,
  NewDncEntry,
  Removal,
  RemovalDecision,
} from './do-not-contact-contract.ts'
import { customersLent } from './lent.ts'
import { deleteDraft, mapVersion, publishNotice, readNotices, saveDraft } from './notices.ts'
import { answerMayAsk, recordProgramWord } from './program-words.ts'
import { changePurpose, createPurpose, readPurposes } from './purposes.ts'
import { changeSetting, readSettings } from './settings.ts'
import { SettingChange, SettingName, SettingView } from './settings-contract.ts'

const Key = z.object({ key: PurposeKey })
const NoticeId = z.object({ key: PurposeKey, number: z.coerce.number().int().min(1).max(1_000_000) })
const Customer = z.object({ id: CustomerNo })
const Entry = z.object({ id: EntryId })
const Settings = z.object({ items: z.array(SettingView) })

/** A table as a file that is written while it is read. */
export const csvStream = (
  columns: readonly string[],
  rows: AsyncIterable<Record<string, string | number>>,
): PassThrough => {
  const out = new PassThrough()
  customersLent()
    .writeCsv(columns, rows, out)
    .catch((error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))))
  return out
}

const exported = (ctx: Ctx): Promise<void> =>
  ctx.audit.record(ctx, { action: 'doNotContact.export', subject: 'doNotContact:all' })

export const consentRoutes: readonly Route[] = [
  route('GET /consents/purposes', {
    can: 'consents.read',
    summary: 'Purposes with the notice in force and names of versions nobody knows',
    reply: PurposeList,
    run: readPurposes,
  }),
  route('POST /consents/purposes', {
    can: 'notices.write',
    summary: 'A new purpose, or a separate consent for sensitive data or one recipient',
    body: NewPurpose,
    reply: Purpose,
    status: 201,
    run: createPurpose,
  }),
  route('PATCH /consents/purposes/{key}', {
    can: 'notices.write',
    summary: 'Change how a purpose is called, on which channels it is asked for, or retire it',
    params: Key,
    body: PurposeChange,
    reply: Purpose,
    run: changePurpose,
  }),
  route('GET /consents/purposes/{key}/notices', {
    can: 'consents.read',
    summary: 'All versions of a notice, newest first',
    params: Key,
    reply: z.object({ items: z.array(Notice) }),
    run: readNotices,
  }),
  route('PUT /consents/purposes/{key}/draft', {
    can: 'notices.write',
    summary: 'Write the draft of the next version',
    params: Key,
    body: NoticeDraft,
    reply: Notice,
    run: saveDraft,
  }),
  route('DELETE /consents/purposes/{key}/notices/{number}', {
    can: 'notices.write',
    summary: 'Throw a draft away',
    params: NoticeId,
    status: 204,
    run: deleteDraft,
  }),
  route('POST /consents/purposes/{key}/notices/{number}/publish', {
    can: 'notices.write',
    summary: 'Put a version in force; a changed purpose or more data are asked anew',
    params: NoticeId,
    body: z.strictObject({ asksAnew: z.boolean().optional() }),
    reply: Notice,
    run: publishNotice,
  }),
  route('POST /consents/purposes/{key}/aliases', {
    can: 'notices.write',
    summary: 'Say which version a name in imported consents means',
    params: Key,
    body: z.strictObject({
      said: z.string().trim().min(1).max(200),
      number: z.int().min(1),
      reason: z.string().trim().min(2).max(300),
    }),
    status: 204,
    run: mapVersion,
  }),
  route('GET /consents/settings', {
    can: 'limits.read',
    summary: 'Numbers of the law and of the house that consents and exclusions follow',
    reply: Settings,
    run: readSettings,
  }),
  route('PUT /consents/settings/{name}', {
    can: 'limits.write',
    summary: 'Set a number from a day on',
    params: z.object({ name: SettingName }),
    body: SettingChange,
    reply: Settings,
    run: changeSetting,
  }),
  route('POST /consents/may-ask', {
    can: 'consents.read',
    summary: 'Whether a person may be asked for a consent now, and what has to be shown',
    body: AskQuestion,
    reply: AskAnswer,
    run: answerMayAsk,
  }),
  route('POST /consents/record', {
    can: 'consents.write',
    summary: 'Record what a customer said to a program of the company',
    body: ProgramWord,
    reply: z.object({ changed: z.boolean() }),
    run: recordProgramWord,
  }),
  route('GET /customers/{id}/consents', {
    can: 'consents.read',
    summary: 'What a customer allowed, with the proof of every word',
    params: Customer,
    reply: CustomerConsents,
    run: readCustomerConsents,
  }),
  route('POST /customers/{id}/consents', {
    can: 'consents.write',
    summary: 'Record what a customer said, with where the proof lies',
    params: Customer,
    body: StaffWord,
    reply: CustomerConsents,
    run: recordStaffWord,
  }),
  route('POST /customers/{id}/preference-link', {
    can: 'consents.write',
    summary: 'A link to the preference centre for a customer',
    params: Customer,
    reply: z.object({ url: z.string(), expiresAt: z.iso.datetime() }),
    run: makePreferenceLink,
  }),
  route('POST /do-not-contact/search', {
    can: 'exclusions.read',
    summary: 'Addresses nobody contacts, newest first; one in full finds its own entry',
    body: DncQuery,
    reply: DncPage,
    run: readEntries,
  }),
  route('POST /do-not-contact', {
    can: 'exclusions.write',
    summary: 'Bar an address for all brands and purposes',
    body: NewDncEntry,
    reply: DncEntry,
    status: 201,
    run: addEntry,
  }),
  route('GET /do-not-contact/export.csv', {
    can: 'exclusions.read',
    summary: 'All of them as a file; masked',
    run: async (ctx, _input, { reply }) => {
      await exported(ctx)
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="do-not-contact.csv"')
      return reply.send(csvStream(['kind', 'address', 'origin', 'note', 'at', 'by'], allEntries(ctx)))
    },
  }),
  route('POST /do-not-contact/{id}/removal', {
    can: 'exclusions.write',
    summary: 'Ask that an address may be contacted again',
    params: Entry,
    body: Removal,
    reply: DncEntry,
    run: askRemoval,
  }),
  route('POST /do-not-contact/{id}/removal/decision', {
    can: 'exclusions.write',
    summary: 'Decide over a removal; by somebody else than who asked',
    params: Entry,
    body: RemovalDecision,
    reply: DncEntry,
    run: decideRemoval,
  }),
]
