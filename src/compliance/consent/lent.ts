import type { Writable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { Ctx } from '#platform'

/** What exclusions need to know of a person. Stays in memory: only coded reasons leave. */
export interface PersonFacts {
  /** Latest values over all his numbers, personal ones in clear. */
  traits: ReadonlyMap<string, string | number | boolean>
  emails: readonly string[]
  /** `1990-12-31`, as his ID card says. */
  idCardBirthday: string | undefined
}

export interface FileValues {
  values: { line: number; value: string }[]
  bytesRead: number
  bytesTotal: number
}

export interface FileColumns {
  fileId: string
  name: string
  bytes: number
  columns: { header: string; samples: string[]; kind: string | null; share: number }[]
}

/** What the feature of customers, which stands above this one, lends it. */
export interface LentByCustomers {
  /** By root number, for roots: everything, opened. */
  facts(ctx: Ctx, roots: readonly number[]): Promise<Map<number, PersonFacts>>
  /** The same without what is sealed: no e-mails, no ID cards, only these traits as far as they are not personal. */
  plainFacts(ctx: Ctx, roots: readonly number[], traits: readonly string[]): Promise<Map<number, PersonFacts>>
  /** Which of these traits are kept sealed. */
  sealedTraits(ctx: Ctx, traits: readonly string[]): Promise<string[]>
  /** Masked, for a list. */
  display(ctx: Ctx, nos: readonly number[]): Promise<Map<number, Record<string, string>>>
  /** Who is meant by each value, in the order given. */
  lookUp(ctx: Ctx, kind: string, values: readonly string[]): Promise<{ no: number | null; invalid: boolean }[]>
  maskValue(kind: string, value: string): string
  storeUpload(ctx: Ctx, request: FastifyRequest): Promise<{ fileId: string }>
  describeUpload(ctx: Ctx, fileId: string): Promise<FileColumns>
  storeValues(ctx: Ctx, values: readonly string[]): Promise<{ fileId: string; bytes: number }>
  uploadedValues(ctx: Ctx, fileId: string, column: string | null): AsyncGenerator<FileValues | undefined>
  dropUpload(ctx: Ctx, fileId: string): Promise<void>
  writeCsv(
    columns: readonly string[],
    rows: AsyncIterable<Record<string, string | number>>,
    out: Writable,
  ): Promise<unknown>
}

let given: LentByCustomers | undefined

/** Called once by the feature above, when the program is put together. */
export const lendCustomers = (functions: LentByCustomers): void => {
  given = functions
}

export const customersLent = (): LentByCustomers => {
  if (!given) throw new Error('the feature of customers is not part of this program')
  return given
}
