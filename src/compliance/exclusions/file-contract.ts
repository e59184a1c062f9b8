import { z } from 'zod'
import { statedOrigins } from '../consent/do-not-contact-contract.ts'
import { ExclusionKind } from './contract.ts'

/** Files of addresses or customers, shared with the console. No I/O. */

const Instant = z.iso.datetime()

/** What a file names customers by; addresses are phones or e-mails. */
export const fileValueKinds = ['phone', 'email', 'accountId', 'idCard', 'customerId'] as const
export const FileValueKind = z.enum(fileValueKinds)
export type FileValueKind = z.infer<typeof FileValueKind>

const source = {
  fileId: z.uuid().optional(),
  /** Header of the column; the first unless given. */
  column: z.string().max(200).optional(),
  /** Pasted: one on a line, or with commas between. */
  values: z.string().min(1).max(900_000).optional(),
}
const oneSource = ({ fileId, values }: { fileId?: string | undefined; values?: string | undefined }) =>
  (fileId === undefined) !== (values === undefined)
const oneSourceError = { error: 'give a file or values, one of them' }

export const NewAddressFile = z
  .strictObject({
    kind: z.enum(['phone', 'email']),
    origin: z.enum(statedOrigins).default('manual'),
    note: z.string().trim().max(500).default(''),
    ...source,
  })
  .refine(oneSource, oneSourceError)
export type NewAddressFile = z.output<typeof NewAddressFile>

export const NewExclusionFile = z
  .strictObject({
    valueKind: FileValueKind,
    kind: ExclusionKind,
    since: Instant.optional(),
    until: Instant.nullable().default(null),
    reason: z.string().trim().min(2).max(500),
    evidence: z.string().trim().max(300).default(''),
    ...source,
  })
  .refine(oneSource, oneSourceError)
export type NewExclusionFile = z.output<typeof NewExclusionFile>

export const FileImport = z.object({
  id: z.uuid(),
  target: z.enum(['doNotContact', 'exclusion']),
  valueKind: z.string(),
  fileName: z.string().nullable(),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  /** read = added + known + notFound + invalid */
  read: z.int(),
  added: z.int(),
  known: z.int(),
  notFound: z.int(),
  invalid: z.int(),
  /** 0 to 1 */
  progress: z.number(),
  error: z.string().nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  finishedAt: Instant.nullable(),
})
export type FileImport = z.infer<typeof FileImport>
export const FileImportPage = z.object({ items: z.array(FileImport) })
export const FileTarget = z.object({ target: z.enum(['doNotContact', 'exclusion']) })

export const FileColumns = z.object({
  fileId: z.uuid(),
  name: z.string(),
  bytes: z.int(),
  columns: z.array(
    z.object({ header: z.string(), samples: z.array(z.string()), kind: z.string().nullable(), share: z.number() }),
  ),
})
export type FileColumns = z.infer<typeof FileColumns>
