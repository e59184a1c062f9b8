import { z } from 'zod'

/** Schemas of lists, shared with the console. No I/O. */

const Instant = z.iso.datetime()
export const ListId = z.uuid()
const Name = z.string().trim().min(1).max(100)
const Why = z.string().trim().max(1000)

/** upload: identifiers somebody gave; snapshot: a set frozen; lookalike; insight: picked in a chart; sample: chosen by chance. */
export const listKinds = ['upload', 'snapshot', 'lookalike', 'insight', 'sample'] as const
export const ListKind = z.enum(listKinds)
export type ListKind = z.infer<typeof ListKind>

export const List = z.object({
  id: ListId,
  name: z.string(),
  kind: ListKind,
  why: z.string(),
  /** What it was made of: the definition and version of the audience, the question of the chart, the file. */
  madeOf: z.record(z.string(), z.unknown()),
  audienceId: z.uuid().nullable(),
  size: z.int(),
  /** SHA-256, hex: canonical JSON (RFC 8785) of `madeOf`, a line feed, the members ascending with commas between. */
  contentHash: z.string(),
  asOf: Instant,
  createdAt: Instant,
  createdBy: z.string(),
})
export type List = z.infer<typeof List>

export const ListQuery = z.object({
  search: z.string().max(100).optional(),
  kind: ListKind.optional(),
  audienceId: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.uuid().optional(),
})
export type ListQuery = z.output<typeof ListQuery>
export const ListPage = z.object({ items: z.array(List), total: z.int(), next: z.string().nullable() })

export const ListChange = z.strictObject({ name: Name.optional(), why: Why.optional() })
export type ListChange = z.output<typeof ListChange>

export const ListVerdict = z.object({
  matches: z.boolean(),
  /** Of the members as they are stored now. */
  contentHash: z.string(),
  size: z.int(),
})

/** What an uploaded list names people by. */
export const valueKinds = [
  'phone',
  'accountId',
  'idCard',
  'email',
  'bankCard',
  'wechatOpenId',
  'wechatUnionId',
  'deviceId',
  'anonymousId',
  'customerId',
] as const
export const ValueKind = z.enum(valueKinds)
export type ValueKind = z.infer<typeof ValueKind>

/** Columns of a file, so that a person can say which holds the identifiers. Samples are masked. */
export const ListFile = z.object({
  fileId: z.uuid(),
  name: z.string(),
  bytes: z.int(),
  columns: z.array(
    z.object({ header: z.string(), samples: z.array(z.string()), kind: ValueKind.nullable(), share: z.number() }),
  ),
})
export type ListFile = z.infer<typeof ListFile>

/** A file that was sent before, or values as they were pasted: one on a line, or with commas or white space between. */
export const NewUpload = z
  .strictObject({
    name: Name,
    why: Why.default(''),
    kind: ValueKind,
    fileId: z.uuid().optional(),
    /** Header of the column; the first unless given. */
    column: z.string().max(200).optional(),
    values: z.string().min(1).max(900_000).optional(),
  })
  .refine(({ fileId, values }) => (fileId === undefined) !== (values === undefined), {
    error: 'give a file or values, one of them',
  })
export type NewUpload = z.output<typeof NewUpload>

export const uploadStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type UploadState = (typeof uploadStates)[number]
export const Upload = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: ValueKind,
  state: z.enum(uploadStates),
  /** read = found + repeated + notFound + invalid. */
  read: z.int(),
  found: z.int(),
  notFound: z.int(),
  invalid: z.int(),
  /** Lines that name somebody who was named before. */
  repeated: z.int(),
  /** Of the file, 0 to 1. */
  progress: z.number(),
  listId: z.uuid().nullable(),
  error: z.string().nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  finishedAt: Instant.nullable(),
})
export type Upload = z.infer<typeof Upload>
export const UploadPage = z.object({ items: z.array(Upload) })

export const RejectQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  after: z.coerce.number().int().min(0).default(0),
})
export const RejectPage = z.object({
  items: z.array(z.object({ line: z.int(), value: z.string(), code: z.enum(['notFound', 'invalid']) })),
  next: z.string().nullable(),
})
