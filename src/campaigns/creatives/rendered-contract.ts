import { z } from 'zod'
import {
  BranchContent,
  CallContent,
  InAppContent,
  PushContent,
  WebhookContent,
  WechatContent,
  WecomContent,
} from './content-contract.ts'

/** What a creative becomes for one person: what adapters send and previews show. No I/O. */

export const RenderedSms = z.object({
  channel: z.literal('sms'),
  signature: z.string(),
  /** Between signature and opt-out. */
  body: z.string(),
  optOut: z.string(),
  /** As it arrives: 【signature】, body, opt-out. Counted and charged by this. */
  text: z.string(),
  aliyun: z.object({ code: z.string(), params: z.record(z.string(), z.string()) }).optional(),
  tencent: z.object({ id: z.string(), params: z.array(z.string()) }).optional(),
})
export type RenderedSms = z.infer<typeof RenderedSms>

export const RenderedEmail = z.object({
  channel: z.literal('email'),
  fromName: z.string(),
  subject: z.string(),
  preheader: z.string(),
  html: z.string(),
  text: z.string(),
})
export type RenderedEmail = z.infer<typeof RenderedEmail>

export const RenderedWebhook = WebhookContent.omit({ body: true }).extend({ body: z.json() })
export type RenderedWebhook = z.infer<typeof RenderedWebhook>

/** The others keep the shape of their content, with every template filled. */
export const Rendered = z.discriminatedUnion('channel', [
  RenderedSms,
  RenderedEmail,
  WechatContent,
  WecomContent,
  PushContent,
  CallContent,
  BranchContent,
  InAppContent,
  RenderedWebhook,
])
export type Rendered = z.output<typeof Rendered>

/** A value that the text asks for and nobody supplied: where it stands and what it is called. */
export const Missing = z.object({
  /** Path of the text in the content: `text`, `body.blocks.2.text`. */
  field: z.string(),
  variable: z.string(),
  /** From 1, in that text. */
  line: z.int(),
})
export type Missing = z.infer<typeof Missing>
