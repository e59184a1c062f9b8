import { z } from 'zod'
import { Steps } from '../quality/recipe-contract.ts'

/** What an import file holds: one row per customer, event or consent. */
export const IMPORT_KINDS = ['customers', 'events', 'consents'] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

export const TRAIT_TYPES = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const
export type TraitType = (typeof TRAIT_TYPES)[number]

/** Legal bases of PIPL article 13, items 1 to 7 in order. */
export const LEGAL_BASES = [
  'consent',
  'contract',
  'legalDuty',
  'emergency',
  'publicInterest',
  'selfDisclosed',
  'other',
] as const
export type LegalBasis = (typeof LEGAL_BASES)[number]

export const EVENT_TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const
export type EventType = (typeof EVENT_TYPES)[number]

export const CONSENT_STATUSES = ['granted', 'refused', 'withdrawn'] as const
export type ConsentStatus = (typeof CONSENT_STATUSES)[number]

/** Kinds of personal values a trait may be said to hold; the platform's own list, which the browser cannot import. */
export const PERSONAL_TRAIT_KINDS = [
  'phone',
  'idCard',
  'email',
  'bankCard',
  'wechatUnionId',
  'wechatOpenId',
  'wechatId',
  'name',
  'address',
] as const

const Scalar = z.union([z.string(), z.number(), z.boolean()])
const Missing = z.array(Scalar).describe('Values that mean there is none, besides the empty one')
const Values = z.record(z.string(), Scalar).describe('Replacements before the value is read: "1" → "male"')
const Kind = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'An identifier kind is letters, digits, _ . - (at most 64)')
const Name = z.string().trim().min(1).max(200)
const momentFields = {
  format: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('auto, epochSeconds, epochMilliseconds, excelSerial, or yyyy-MM-dd …'),
  zone: z.string().min(1).max(64).optional().describe('Zone of times written without one; default Asia/Shanghai'),
}

export const IdentifierColumn = z.strictObject({
  identifier: Kind,
  verified: z.boolean().optional().describe('The source has checked that these are the customers’ own'),
  missing: Missing.optional(),
  values: Values.optional(),
})

export const TraitColumn = z.strictObject({
  trait: Name,
  type: z.enum(TRAIT_TYPES).default('string'),
  unit: z.string().max(40).optional(),
  missing: Missing.optional(),
  values: Values.optional(),
  personal: z
    .union([z.boolean(), z.enum(PERSONAL_TRAIT_KINDS)])
    .optional()
    .describe('Encrypt and mask; when left out, names like 姓名 or address decide'),
  basis: z.enum(LEGAL_BASES).optional(),
  ...momentFields,
})

export const EventColumn = z.strictObject({
  event: z.enum(['name', 'timestamp', 'messageId', 'type']),
  missing: Missing.optional(),
  values: Values.optional(),
  ...momentFields,
})

export const PropertyColumn = z.strictObject({
  property: Name,
  type: z
    .enum([...TRAIT_TYPES, 'json'])
    .optional()
    .describe('Left out: a JSON value stays as it is, text stays text'),
  missing: Missing.optional(),
  values: Values.optional(),
  ...momentFields,
})

export const PropertiesColumn = z.strictObject({
  properties: z.literal(true).describe('The column holds a JSON object whose fields all become properties'),
})

export const CONSENT_FIELDS = [
  'purpose',
  'channel',
  'status',
  'at',
  'noticeVersion',
  'method',
  'evidence',
  'expiresAt',
  'operator',
  'recipient',
  'place',
] as const

export const ConsentColumn = z.strictObject({
  consent: z.enum(CONSENT_FIELDS),
  missing: Missing.optional(),
  values: Values.optional(),
  ...momentFields,
})

export const IgnoreColumn = z.strictObject({ ignore: z.literal(true) })

export const ColumnRule = z.union([
  IdentifierColumn,
  TraitColumn,
  EventColumn,
  PropertyColumn,
  PropertiesColumn,
  ConsentColumn,
  IgnoreColumn,
])
export type ColumnRule = z.infer<typeof ColumnRule>

export const FileFormat = z.strictObject({
  type: z.enum(['csv', 'jsonl', 'xlsx']).default('csv'),
  separator: z.string().min(1).max(8).optional().describe('CSV; found from the first lines when left out'),
  quote: z.string().length(1).nullable().optional().describe('CSV; null when quotes mean nothing'),
  encoding: z.enum(['auto', 'utf-8', 'gb18030']).optional(),
  header: z.boolean().optional().describe('False: no line of names, columns are 1, 2, 3, …'),
  sheet: z.string().min(1).max(64).optional().describe('XLSX; the first one when left out'),
})
export type FileFormat = z.infer<typeof FileFormat>

export const Mapping = z.strictObject({
  kind: z.enum(IMPORT_KINDS).optional(),
  format: FileFormat.default({ type: 'csv' }),
  columns: z.record(z.string(), ColumnRule),
  others: z
    .enum(['error', 'ignore', 'traits'])
    .default('ignore')
    .describe(
      'Columns not listed: refuse the file, leave them out (the default), or take them as text traits under their own names',
    ),
  missing: Missing.default([]),
  rowIdentifier: Kind.optional().describe('Without any identifier column, rows are numbered from 1 under this kind'),
  clean: z
    .union([Name, Steps])
    .optional()
    .describe('Cleaning before the columns are read: the name of a recipe, or the steps themselves'),
  basis: z.enum(LEGAL_BASES).optional().describe('Legal basis of all values that name none themselves (PIPL 13)'),
  source: Name.optional().describe('Where the data come from, kept with every value'),
  defaults: z
    .strictObject({
      event: Name.optional(),
      eventType: z.enum(EVENT_TYPES).optional(),
      timestamp: z.strictObject({ ...momentFields, value: z.string().optional() }).optional(),
      purpose: Name.optional(),
      channel: Name.optional(),
      status: z.enum(CONSENT_STATUSES).optional(),
      at: z.string().optional(),
      noticeVersion: Name.optional(),
      method: Name.optional(),
      evidence: Name.optional(),
    })
    .default({}),
})
export type Mapping = z.infer<typeof Mapping>
