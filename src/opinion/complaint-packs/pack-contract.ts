import { z } from 'zod'

/**
 * Lawful complaints: packs for a platform or for 12377, shared with the console. There is no way to ask for deletion by
 * other means, and none will be built: paid deletion is a crime. No I/O.
 */

const Instant = z.iso.datetime()
const Words = (most: number) => z.string().trim().max(most)

/** A platform's own infringement report, or the reporting centre of the Cyberspace Administration. */
export const packTargets = ['platform', '12377'] as const

/**
 * What is complained about. The first four are those of the campaign of 2025 against 涉企网络黑嘴; the others are infringements that
 * platforms take reports of at any time.
 */
export const packCategories = ['smear', 'rumour', 'extortion', 'hype', 'impersonation', 'privacy'] as const
export const PackCategory = z.enum(packCategories)
export type PackCategory = z.infer<typeof PackCategory>

/** Rules that a claim may rest on. Legal looks at each before it goes out. */
export const legalBases = {
  'civil-1024': '《民法典》第一千零二十四条（名誉权）',
  'civil-1028': '《民法典》第一千零二十八条（报道失实，请求更正或删除）',
  'civil-1195': '《民法典》第一千一百九十五条（通知网络服务提供者采取必要措施）',
  'competition-12': '《反不正当竞争法》关于商业诋毁的规定（2025 年修订，条号以现行文本为准）',
  'cyber-network': '《网络安全法》第十二条',
  'ecology-6': '《网络信息内容生态治理规定》第六条、第七条',
  'privacy-pipl': '《个人信息保护法》第十条',
  'black-mouth-2025': '“清朗·优化营商网络环境——整治涉企网络‘黑嘴’”专项行动（中央网信办，2025 年）',
  'criminal-274': '《刑法》第二百七十四条（敲诈勒索）',
} as const
export type LegalBasis = keyof typeof legalBases
export const LegalBasis = z.enum(Object.keys(legalBases) as [LegalBasis, ...LegalBasis[]])

export const Pack = z.object({
  id: z.int(),
  drillId: z.int(),
  incidentId: z.int().nullable(),
  incident: z.string().nullable(),
  target: z.enum(packTargets),
  platform: z.string(),
  category: PackCategory,
  claim: z.string(),
  bases: z.array(LegalBasis),
  posts: z.array(z.string()),
  documents: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  madeAt: Instant,
  madeBy: z.string(),
  submittedAt: Instant.nullable(),
  submittedBy: z.string().nullable(),
  receipt: z.string().nullable(),
  answer: z.enum(['accepted', 'partly', 'refused']).nullable(),
  answerNote: z.string().nullable(),
  answeredAt: Instant.nullable(),
})
export type Pack = z.infer<typeof Pack>

export const PackQuery = z.object({
  incidentId: z.coerce.number().int().optional(),
  drillId: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export const PackPage = z.object({ items: z.array(Pack), next: z.int().nullable() })
export type PackPage = z.infer<typeof PackPage>

export const NewPack = z.strictObject({
  incidentId: z.int().min(1),
  target: z.enum(packTargets),
  platform: Words(40).min(1),
  category: PackCategory,
  claim: Words(5_000).min(10),
  bases: z.array(LegalBasis).min(1).max(9),
  posts: z
    .array(z.string().regex(/^\d{1,20}$/))
    .min(1)
    .max(100),
  /** Attachments of the incident: licence, letter of authority, identity of who signs. */
  documents: z.array(z.uuid()).max(20).default([]),
})
export type NewPack = z.output<typeof NewPack>
export const PackSubmitted = z.strictObject({ receipt: Words(200).default('') })
export const PackAnswered = z.strictObject({
  answer: z.enum(['accepted', 'partly', 'refused']),
  note: Words(1_000).default(''),
})

/** Posts of an incident's events that a pack may name. */
export const PackPost = z.object({
  id: z.string(),
  platform: z.string(),
  url: z.string(),
  title: z.string(),
  text: z.string(),
  publishedAt: Instant,
  authorName: z.string(),
  snapshots: z.int(),
})
export type PackPost = z.infer<typeof PackPost>
