import { z } from 'zod'

/**
 * What a creative says, per channel. Texts are Liquid templates (`docs/creatives.md`); codes, ids and places are taken as
 * they stand. Shared with the console. No I/O.
 */

/** A Liquid template in one line, without surrounding blanks. */
const line = (longest: number) => z.string().trim().max(longest)
const text = (longest: number) => z.string().max(longest)
/** An address, usually with variables in it: what it must be is asked of what it renders to. */
const Address = z.string().trim().max(1000)

/** Variables of a text that was registered with a provider: its placeholder and what fills it. */
const TemplateVariable = z.strictObject({ name: z.string().regex(/^\w{1,40}$/), value: text(200) })

export const SmsContent = z.strictObject({
  channel: z.literal('sms'),
  /** Without its brackets: 【signature】 comes first in what is sent. */
  signature: line(20).min(2),
  text: text(1000).min(1),
  /** Comes last. Marketing needs one; a service message needs none. */
  optOut: line(30),
  /** How the same text is registered with each provider; a provider that is missing cannot send it. */
  aliyun: z
    .strictObject({
      code: z.string().regex(/^SMS_\d{4,20}$/),
      variables: z.array(TemplateVariable).max(20),
    })
    .optional(),
  tencent: z
    .strictObject({
      /** Filled in order: {1}, {2} … */
      id: z.string().regex(/^\d{4,20}$/),
      variables: z.array(text(200)).max(20),
    })
    .optional(),
})
export type SmsContent = z.infer<typeof SmsContent>

const Colour = z.string().regex(/^#[0-9a-fA-F]{6}$/)
const Align = z.enum(['left', 'center'])

export const EmailBlock = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('heading'), text: text(200), align: Align.default('left') }),
  z.strictObject({
    kind: z.literal('text'),
    text: text(5000),
    align: Align.default('left'),
    size: z.enum(['normal', 'small']).default('normal'),
  }),
  z.strictObject({ kind: z.literal('image'), url: Address, alt: text(200), link: Address.default('') }),
  z.strictObject({ kind: z.literal('button'), label: text(60), link: Address, colour: Colour.default('#0e766c') }),
  z.strictObject({
    kind: z.literal('facts'),
    rows: z
      .array(z.strictObject({ label: text(60), value: text(200) }))
      .min(1)
      .max(20),
  }),
  z.strictObject({ kind: z.literal('divider') }),
  z.strictObject({ kind: z.literal('space'), px: z.int().min(4).max(80).default(24) }),
])
export type EmailBlock = z.output<typeof EmailBlock>

export const EmailContent = z.strictObject({
  channel: z.literal('email'),
  fromName: line(60).min(1),
  subject: line(200).min(1),
  /** What mail programs show after the subject. */
  preheader: line(200).default(''),
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('blocks'), blocks: z.array(EmailBlock).min(1).max(60) }),
    z.strictObject({ kind: z.literal('mjml'), mjml: text(100_000).min(1) }),
  ]),
  /** Foot of every mail: who sends it and how to reach him. The link to unsubscribe follows it by itself in marketing. */
  footer: text(1000).default(''),
  /** Empty: made from the HTML. */
  text: text(20_000).default(''),
})
export type EmailContent = z.output<typeof EmailContent>

const MiniProgram = z.strictObject({
  appId: z.string().regex(/^wx[0-9a-f]{16}$/),
  path: Address,
})

/** Template messages are left out on purpose: they must not be used for marketing. */
export const WechatMessage = z.discriminatedUnion('kind', [
  /** Customer-service messages, within 48 hours of the follower's last word. */
  z.strictObject({ kind: z.literal('text'), text: text(600).min(1) }),
  z.strictObject({
    kind: z.literal('news'),
    title: line(64).min(1),
    description: text(120),
    url: Address,
    picture: Address.default(''),
  }),
  z.strictObject({
    kind: z.literal('miniProgram'),
    title: line(64).min(1),
    miniProgram: MiniProgram,
    /** Media id of the picture. */
    thumb: line(200),
  }),
  /** A subscription message, once for each time the follower agreed to it. */
  z.strictObject({
    kind: z.literal('subscription'),
    templateId: line(64).min(1),
    fields: z
      .array(z.strictObject({ key: z.string().regex(/^[a-z_]+\d*$/), value: text(60) }))
      .min(1)
      .max(10),
    page: Address.default(''),
    miniProgram: MiniProgram.optional(),
  }),
])
export type WechatMessage = z.output<typeof WechatMessage>
export const WechatContent = z.strictObject({ channel: z.literal('wechat'), message: WechatMessage })
export type WechatContent = z.output<typeof WechatContent>

export const WecomContent = z.strictObject({
  channel: z.literal('wecom'),
  text: text(4000).min(1),
  attachments: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('link'),
          title: line(128).min(1),
          description: text(512),
          url: Address,
          picture: Address.default(''),
        }),
        z.strictObject({ kind: z.literal('image'), url: Address }),
        z.strictObject({
          kind: z.literal('miniProgram'),
          title: line(64).min(1),
          miniProgram: MiniProgram,
          thumb: line(200),
        }),
      ]),
    )
    .max(9)
    .default([]),
})
export type WecomContent = z.output<typeof WecomContent>

export const PushContent = z.strictObject({
  channel: z.literal('push'),
  title: line(50).min(1),
  text: text(200).min(1),
  /** A page of the app or an address. */
  link: Address.default(''),
  picture: Address.default(''),
})
export type PushContent = z.output<typeof PushContent>

export const CallContent = z.strictObject({
  channel: z.literal('call'),
  /** Who calls and why, said first. */
  opening: text(1000).min(1),
  blocks: z
    .array(z.strictObject({ title: line(60).min(1), text: text(2000).min(1) }))
    .max(20)
    .default([]),
  questions: z
    .array(z.strictObject({ ask: text(300).min(1), answers: z.array(line(60).min(1)).max(10).default([]) }))
    .max(20)
    .default([]),
  /** What the agent must never promise; shown beside the script. */
  never: z.array(line(200).min(1)).max(20).default([]),
  closing: text(1000).default(''),
})
export type CallContent = z.output<typeof CallContent>

export const BranchContent = z.strictObject({
  channel: z.literal('branch'),
  title: line(100).min(1),
  text: text(2000).min(1),
  checklist: z.array(line(200).min(1)).max(20).default([]),
})
export type BranchContent = z.output<typeof BranchContent>

export const InAppContent = z.strictObject({
  channel: z.literal('inApp'),
  /** The place in the app that asks: `home.banner`, `loan.popup`. */
  slot: z.string().regex(/^[a-zA-Z][\w.-]{0,59}$/),
  shape: z.enum(['popup', 'banner', 'card']).default('banner'),
  title: line(60).min(1),
  text: text(300).default(''),
  picture: Address.default(''),
  alt: line(120).default(''),
  button: z.strictObject({ label: line(20).min(1), link: Address }).optional(),
  /** Advertising Law 44: a mark to close that is seen and closes at the first touch. Never smaller than 44 px. */
  closePx: z.int().min(44).max(96).default(44),
  /** Advertising Law 14: the word 广告 on it. */
  marked: z.boolean().default(true),
})
export type InAppContent = z.output<typeof InAppContent>

export const WebhookContent = z.strictObject({
  channel: z.literal('webhook'),
  /** Name of the event for the receiver. */
  type: z.string().regex(/^[a-zA-Z][\w.-]{0,59}$/),
  /** A template of JSON: what it renders to must be JSON. Texts in it go through the filter `json`. */
  body: text(20_000).min(2),
})
export type WebhookContent = z.output<typeof WebhookContent>

export const CreativeContent = z.discriminatedUnion('channel', [
  SmsContent,
  EmailContent,
  WechatContent,
  WecomContent,
  PushContent,
  CallContent,
  BranchContent,
  InAppContent,
  WebhookContent,
])
export type CreativeContent = z.output<typeof CreativeContent>
