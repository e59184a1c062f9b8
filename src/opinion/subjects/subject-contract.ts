import { z } from 'zod'
import { Platform } from '../contract.ts'

/** Whom we watch and by which rules: shapes shared with the console. No I/O. */

export const subjectKinds = ['brand', 'product', 'executive', 'partner', 'competitor'] as const
export const SubjectKind = z.enum(subjectKinds)
export type SubjectKind = z.infer<typeof SubjectKind>

/** Collection agency, guarantor, traffic platform. */
export const partnerRoles = ['agency', 'guarantor', 'traffic', 'other'] as const

/** What is wrong with a rule; the console says it in the reader's language. */
export const grammarFaults = [
  'empty',
  'quoteOpen',
  'patternOpen',
  'patternWrong',
  'groupOpen',
  'groupEmpty',
  'closeAlone',
  'signAlone',
  'onlyExcluded',
  'nearAlone',
  'nearWide',
  'nearOperand',
  'wordShort',
  'english',
  'minus',
  'tooLong',
  'deep',
] as const

export const GrammarError = z.object({
  code: z.enum(grammarFaults),
  /** Place in the text, from 0, and how much of it is meant. */
  at: z.int(),
  length: z.int(),
  /** What it is about: the word. */
  value: z.string(),
  /** What may have been meant: the whole text with that part put right. */
  suggestion: z.string().nullable(),
})
export type GrammarError = z.infer<typeof GrammarError>

export const disguiseKinds = ['masked', 'homophone', 'pinyin', 'mixed', 'initials', 'split'] as const
export const risks = ['low', 'some', 'high'] as const

export const Disguise = z.strictObject({
  /** The word of the rule it stands for. */
  word: z.string().max(60),
  text: z.string().max(120),
  kind: z.enum(disguiseKinds),
  /** How easily the same characters mean something else. */
  risk: z.enum(risks),
  /** Expected in a million characters of common text by chance; null where a dictionary says nothing. */
  perMillion: z.number().nullable(),
})
export type Disguise = z.infer<typeof Disguise>

const Word = z.string().trim().min(2).max(60)

export const RuleException = z.strictObject({
  /** Both empty is not allowed: that would be everywhere. */
  platforms: z.array(Platform).max(20).default([]),
  sources: z.array(z.int()).max(100).default([]),
  /** The rule does not apply there at all. */
  off: z.boolean().default(false),
  /** Stands for the rule's expression there. */
  expression: z.string().max(4_000).nullable().default(null),
  blackWords: z.array(Word).max(200).default([]),
})
export type RuleException = z.infer<typeof RuleException>

export const RuleDefinition = z.strictObject({
  expression: z.string().trim().min(1).max(4_000),
  /** A post with one of them is not meant. */
  blackWords: z.array(Word).max(500).default([]),
  context: z
    .strictObject({
      words: z.array(Word).min(1).max(200),
      /** Within so many characters of the name; 0: anywhere in the post. */
      within: z.int().min(0).max(500).default(0),
      /** `risky`: only initials need it. */
      only: z.enum(['all', 'risky']).default('all'),
    })
    .nullable()
    .default(null),
  exceptions: z.array(RuleException).max(30).default([]),
  /** Whether signs and emoji, or spaces, may stand between the characters of a name. */
  signs: z.boolean().default(true),
  spaces: z.boolean().default(true),
  /** Disguises switched on. */
  variants: z.array(Disguise).max(2_000).default([]),
})
export type RuleDefinition = z.infer<typeof RuleDefinition>

const Colour = z.string().regex(/^#[0-9a-f]{6}$/i)

export const NewSubject = z.strictObject({
  kind: SubjectKind,
  role: z.string().trim().max(40).default(''),
  name: z.string().trim().min(1).max(80),
  own: z.boolean(),
  productKey: z.string().trim().max(80).nullable().default(null),
  parentId: z.int().nullable().default(null),
  owner: z.string().trim().max(80).nullable().default(null),
  colour: Colour.default('#4c7a78'),
  note: z.string().trim().max(1_000).default(''),
})
export type NewSubject = z.infer<typeof NewSubject>

export const SubjectChange = NewSubject.partial().extend({ state: z.enum(['on', 'off']).optional() })
export type SubjectChange = z.infer<typeof SubjectChange>

export const SubjectId = z.object({ id: z.coerce.number().int().min(1) })

export const Rule = z.object({
  id: z.int(),
  subjectId: z.int(),
  name: z.string(),
  on: z.boolean(),
  version: z.int(),
  definition: RuleDefinition,
  /** Since when posts are matched by this version. */
  appliedAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
  changedBy: z.string(),
  hits24h: z.int(),
  hits30d: z.int(),
  disguised30d: z.int(),
  lastHitAt: z.iso.datetime().nullable(),
})
export type Rule = z.infer<typeof Rule>

export const Subject = z.object({
  id: z.int(),
  kind: SubjectKind,
  role: z.string(),
  name: z.string(),
  own: z.boolean(),
  productKey: z.string().nullable(),
  parentId: z.int().nullable(),
  owner: z.string().nullable(),
  colour: z.string(),
  note: z.string(),
  state: z.enum(['on', 'off']),
  rules: z.int(),
  mentions24h: z.int(),
  mentions30d: z.int(),
  negative30d: z.int(),
  /** Mentions of each of the last 30 days in Shanghai, the oldest first. */
  daily: z.array(z.int()),
  lastHitAt: z.iso.datetime().nullable(),
  changedAt: z.iso.datetime(),
})
export type Subject = z.infer<typeof Subject>

export const SubjectsQuery = z.object({
  kind: SubjectKind.optional(),
  own: z.stringbool().optional(),
  text: z.string().max(80).optional(),
})
export const Subjects = z.object({
  items: z.array(Subject),
  /** What decides whom posts are about: its number, when it changed, and which number this process matches by. */
  book: z.object({ version: z.int(), changedAt: z.iso.datetime(), inForce: z.int() }),
})
export type Subjects = z.infer<typeof Subjects>

export const SubjectDetail = Subject.extend({ rulesList: z.array(Rule) })
export type SubjectDetail = z.infer<typeof SubjectDetail>

export const NewRule = z.strictObject({
  name: z.string().trim().min(1).max(80),
  on: z.boolean().default(true),
  definition: RuleDefinition,
  reason: z.string().trim().max(300).default(''),
})
export type NewRule = z.infer<typeof NewRule>

export const RuleChange = NewRule.partial().extend({
  /** The version that was changed: somebody else's change in between is not overwritten. */
  basedOn: z.int(),
})
export type RuleChange = z.infer<typeof RuleChange>

export const RuleVersions = z.object({
  items: z.array(
    z.object({
      version: z.int(),
      name: z.string(),
      on: z.boolean(),
      definition: RuleDefinition,
      reason: z.string(),
      at: z.iso.datetime(),
      by: z.string(),
    }),
  ),
})
export type RuleVersions = z.infer<typeof RuleVersions>

export const ExpressionToCheck = z.strictObject({ expression: z.string().max(4_100) })
export const CheckedExpression = z.object({
  error: GrammarError.nullable(),
  /** Words of it that can be disguised, and their disguises. */
  words: z.array(z.string()),
  disguises: z.array(Disguise.extend({ on: z.boolean() })),
})
export type CheckedExpression = z.infer<typeof CheckedExpression>

export const TextToTry = z.strictObject({
  definition: RuleDefinition,
  title: z.string().max(500).default(''),
  text: z.string().max(5_000),
  platform: Platform.default('weibo'),
  sourceId: z.int().default(0),
})
export type TextToTry = z.infer<typeof TextToTry>
export const Span = z.object({ in: z.enum(['title', 'text']), start: z.int(), end: z.int() })
export type Span = z.infer<typeof Span>
export const TextTried = z.object({
  matches: z.boolean(),
  disguised: z.boolean(),
  filtered: z.boolean(),
  spans: z.array(Span),
})
export type TextTried = z.infer<typeof TextTried>

/** One slice of a trial: posts from newest to oldest, as many as fit into a second; asked again with `next` until it is null. */
export const RuleTrial = z.strictObject({
  definition: RuleDefinition,
  subjectId: z.int(),
  /** The rule as it is in force, for what the draft would gain and lose. */
  ruleId: z.int().nullable().default(null),
  days: z.int().min(1).max(90).default(30),
  next: z.string().max(60).optional(),
})
export type RuleTrial = z.infer<typeof RuleTrial>

export const TrialPost = z.object({
  id: z.string(),
  platform: Platform,
  title: z.string(),
  text: z.string(),
  publishedAt: z.iso.datetime(),
  spans: z.array(Span),
  disguised: z.boolean(),
  change: z.enum(['same', 'gained', 'lost']),
})
export type TrialPost = z.infer<typeof TrialPost>

export const TrialSlice = z.object({
  looked: z.int(),
  total: z.int(),
  matched: z.int(),
  disguised: z.int(),
  gained: z.int(),
  lost: z.int(),
  days: z.array(z.object({ day: z.string(), platform: Platform, matched: z.int(), before: z.int() })),
  sample: z.array(TrialPost),
  next: z.string().nullable(),
})
export type TrialSlice = z.infer<typeof TrialSlice>

export const RematchAsk = z.strictObject({
  /** Empty: all subjects. */
  subjectIds: z.array(z.int()).max(500).default([]),
  days: z.int().min(1).max(365).default(30),
})
export const Rematch = z.object({
  id: z.int(),
  subjectIds: z.array(z.int()),
  fromAt: z.iso.datetime(),
  toAt: z.iso.datetime(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  total: z.int(),
  looked: z.int(),
  gained: z.int(),
  lost: z.int(),
  error: z.string().nullable(),
  askedAt: z.iso.datetime(),
  askedBy: z.string(),
  finishedAt: z.iso.datetime().nullable(),
})
export type Rematch = z.infer<typeof Rematch>
export const Rematches = z.object({ items: z.array(Rematch) })

export const NewFilter = z.strictObject({
  expression: z.string().trim().min(1).max(4_000),
  platforms: z.array(Platform).max(20).default([]),
  sources: z.array(z.int()).max(100).default([]),
  note: z.string().trim().max(300).default(''),
  on: z.boolean().default(true),
})
export type NewFilter = z.infer<typeof NewFilter>
export const Filter = NewFilter.extend({ id: z.int(), changedAt: z.iso.datetime(), changedBy: z.string() })
export type Filter = z.infer<typeof Filter>
export const Filters = z.object({ items: z.array(Filter) })
