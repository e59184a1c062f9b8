import { z } from 'zod'
import { WecomContent } from '../../creatives/content-contract.ts'
import { adapter, type Outcome, type OutMessage, type ProviderWorld } from '../../delivery/adapter.ts'
import { eachOf, isProviderAddress, oddAnswer, unsent } from '../../delivery/call-provider.ts'
import { receiveCallback } from './callback.ts'
import { areContactsRead, contactOf, readContacts } from './contacts.ts'
import { findTask, noteRequest, noteTask, printOf, pullResults, type TaskWords } from './group-messages.ts'
import { callWecom, type Refused, readWecom, TokenRefused } from './wecom-api.ts'

/**
 * WeCom customer contact (客户联系): a task for members, who confirm it before it goes to their contacts; WeCom lets four such
 * messages reach a customer in a month. People are found by unionid.
 */

const Settings = z.strictObject({
  corpId: z.string().regex(/^w[wx][0-9a-zA-Z]{8,30}$/),
  /** Member who is to send; empty: WeCom picks one who has the customer as a contact. */
  sender: z.string().max(64).default(''),
  endpoint: z.url().refine(isProviderAddress).default('https://qyapi.weixin.qq.com'),
})
type Settings = z.output<typeof Settings>

type Attachment = WecomContent['attachments'][number]

const attachmentOf = (one: Attachment): object => {
  switch (one.kind) {
    case 'link':
      return {
        msgtype: 'link',
        link: {
          title: one.title,
          desc: one.description,
          url: one.url,
          ...(one.picture !== '' && { picurl: one.picture }),
        },
      }
    case 'image':
      return { msgtype: 'image', image: { pic_url: one.url } }
    case 'miniProgram':
      return {
        msgtype: 'miniprogram',
        miniprogram: {
          title: one.title,
          pic_media_id: one.thumb,
          appid: one.miniProgram.appId,
          page: one.miniProgram.path,
        },
      }
  }
}

const wordsOf = ({ text, attachments }: WecomContent): TaskWords => ({
  text: { content: text },
  attachments: attachments.map(attachmentOf),
})

/** The text itself is refused, by any account. */
const aboutTheText = new Set([40007, 40008, 40058, 44004, 45002, 45003, 45004, 47001, 93008])
/** None of those named can be written to. */
const aboutThePeople = new Set([40096, 41044, 81013, 84061])
/** Limits of calls. */
const aboutTheRate: Readonly<Record<number, number>> = { 45009: 60_000, 45033: 10_000, 45011: 60_000 }

const outcomeOf = ({ errcode, errmsg }: Refused): Outcome => {
  const said = { code: String(errcode), detail: errmsg.slice(0, 200) }
  if (aboutTheText.has(errcode) || aboutThePeople.has(errcode)) return { is: 'rejected', ...said, next: 'none' }
  const retryAfterMs = aboutTheRate[errcode]
  if (retryAfterMs !== undefined) return { is: 'rejected', ...said, next: 'later', retryAfterMs }
  // "The system is busy": nobody says whether the task was made before.
  if (errcode === -1) return { is: 'unknown', ...said }
  return { is: 'rejected', ...said, next: 'other', fault: true }
}

const faultOf = (error: unknown): Outcome =>
  error instanceof TokenRefused
    ? {
        is: 'rejected',
        code: String(error.refused.errcode),
        detail: error.refused.errmsg,
        next: 'other',
        fault: true,
      }
    : unsent(error)

const Made = z.object({ msgid: z.string(), fail_list: z.array(z.string()).nullish() })

const notAContact: Outcome = {
  is: 'rejected',
  code: 'NOT_A_CONTACT',
  detail: 'no member has this customer as a contact',
  next: 'other',
}

/** All messages say the same (`together`). */
const sendTask = async (
  world: ProviderWorld<Settings>,
  messages: readonly OutMessage<WecomContent>[],
  batch: string,
): Promise<Outcome[]> => {
  const [first] = messages
  if (!first) return []
  const contacts = await eachOf(messages, 8, ({ address }) => contactOf(world, address))
  const nobody: Outcome = (await areContactsRead(world))
    ? notAContact
    : {
        is: 'rejected',
        code: 'CONTACTS_NOT_READ',
        detail: 'the contacts of the company are still being read',
        next: 'later',
        retryAfterMs: 120_000,
      }
  const known = contacts.filter((one) => one !== undefined)
  if (known.length === 0) return messages.map(() => nobody)
  const words = wordsOf(first.content)
  await noteRequest(world, batch, printOf(words))
  const told = await askFor(world, words, known, batch)
  return contacts.map((contact) =>
    contact === undefined
      ? nobody
      : told.failed.has(contact)
        ? { is: 'rejected', code: 'NOT_SENDABLE', detail: 'WeCom cannot write to this contact', next: 'other' }
        : told.outcome,
  )
}

const askFor = async (
  world: ProviderWorld<Settings>,
  words: TaskWords,
  contacts: readonly string[],
  batch: string,
): Promise<{ outcome: Outcome; failed: ReadonlySet<string> }> => {
  const { sender } = world.settings
  try {
    const result = await callWecom(world, '/cgi-bin/externalcontact/add_msg_template', {
      body: {
        chat_type: 'single',
        external_userid: [...new Set(contacts)],
        ...(sender !== '' && { sender }),
        ...words,
      },
    })
    if ('refused' in result) return { outcome: outcomeOf(result.refused), failed: new Set() }
    const made = 'odd' in result ? undefined : Made.safeParse(result.answer).data
    if (!made)
      return {
        outcome: 'odd' in result ? oddAnswer(result.odd) : { is: 'unknown', code: 'NO_TASK', detail: 'no msgid given' },
        failed: new Set(),
      }
    await noteTask(world, made.msgid, batch)
    // No ref: the task is many people's, so receipts name the request and the person.
    return { outcome: { is: 'accepted' }, failed: new Set(made.fail_list ?? []) }
  } catch (error) {
    return { outcome: faultOf(error), failed: new Set() }
  }
}

export const wecomContact = adapter<Settings, WecomContent>({
  kind: 'wecom.contact',
  channel: 'wecom',
  title: { zh: '企业微信客户联系', en: 'WeCom customer contact' },
  settings: Settings,
  fields: [
    { name: 'corpId', title: { zh: '企业 ID（CorpID）', en: 'CorpID' } },
    {
      name: 'corpSecret',
      title: { zh: '客户联系 Secret', en: 'Secret of customer contact' },
      help: {
        zh: '「客户联系」或已列入「可调用应用」的自建应用的 Secret；企业须绑定微信开放平台，否则客户没有 UnionID',
        en: 'Of customer contact, or of an application that may call it; the company must be bound to the open platform',
      },
      secret: true,
    },
    {
      name: 'token',
      title: { zh: '回调 Token', en: 'Call-back token' },
      help: { zh: '与管理后台「接收事件服务器」一致', en: 'As in the settings of the server that receives events' },
      secret: true,
      optional: true,
    },
    {
      name: 'encodingAesKey',
      title: { zh: 'EncodingAESKey', en: 'EncodingAESKey' },
      help: { zh: '43 个字符；不接收事件时可不填', en: '43 characters; may stay empty when no events are received' },
      secret: true,
      optional: true,
    },
    {
      name: 'sender',
      title: { zh: '发送成员', en: 'Sending member' },
      help: {
        zh: '成员 UserID；留空由企业微信选择已添加该客户的成员',
        en: 'UserID; empty: WeCom picks a member who has the customer as a contact',
      },
    },
    {
      name: 'endpoint',
      title: { zh: '服务地址', en: 'Endpoint' },
      help: { zh: '一般不用改；沙箱填沙箱的地址', en: 'Seldom changed; for a sandbox its address' },
    },
  ],
  content: WecomContent,
  address: 'wechatUnionId',
  // WeCom takes 10,000 in a task; each is looked up in the memo first.
  batch: 1_000,
  together: ({ content }) => JSON.stringify(wordsOf(content)),
  concurrency: 2,
  // WeCom takes no key. A task that is listed was made; one that is not may still appear.
  certainty: () => ({ idempotent: false, absentAfterSeconds: null }),
  check: async (world) => {
    const { follow_user } = await readWecom(
      world,
      '/cgi-bin/externalcontact/get_follow_user_list',
      { query: {} },
      z.object({ follow_user: z.array(z.string()).default([]) }),
    )
    return { detail: `get_follow_user_list OK (${follow_user.length})` }
  },
  send: (world, messages, { batch }) => sendTask(world, messages, batch),
  query: (world, asked) => eachOf(asked, 1, (one) => findTask(world, one)),
  pull: async (world) => {
    await readContacts(world)
    return { receipts: await pullResults(world), replies: [] }
  },
  receive: receiveCallback,
})
