import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { seal, signatureOf } from '../wechat/envelope.ts'

/**
 * WeCom's customer contact to try against: tokens that expire, contacts of members page by page, tasks that wait for their member,
 * four messages a customer and month, results, and sealed call-backs. It keeps what it was sent; nothing leaves it.
 */

export interface WecomSandboxOptions {
  port?: number
  corpId?: string
  corpSecret?: string
  token?: string
  encodingAesKey?: string
  /** Contacts in a page, at most what is asked for. */
  pageSize?: number
  now?: () => number
}

export interface SandboxTask {
  msgid: string
  createdAt: number
  text: string
  attachments: readonly { msgtype: string }[]
  /** By contact: who sends, 0 waits, 1 sent, 2 no contact any more, 3 had his share. */
  results: Map<string, { member: string; status: 0 | 1 | 2 | 3; sentAt?: number }>
}

export interface WecomSandbox {
  url: string
  port: number
  tasks: readonly SandboxTask[]
  /** Access tokens given out so far. */
  tokens: number
  /** The member and the customer know each other now. @returns WeCom's id of him */
  befriend(member: string, unionId: string | undefined): string
  part(member: string, contact: string): void
  /** The member presses send on all that waits for him. */
  confirm(member: string): void
  revokeToken(): void
  /** The next task is refused with this number. */
  refuseNext(errcode: number): void
  /** The next task is made, its answer lost. */
  fallSilent(): void
  callBack(to: string, fields: Readonly<Record<string, string>>): Promise<{ status: number; body: string }>
  /** Asks an address to prove itself. */
  verify(to: string): Promise<string>
  stop(): Promise<void>
}

const mostInMonth = 4

const TaskRequest = z.object({
  chat_type: z.literal('single'),
  external_userid: z.array(z.string()).min(1).max(10_000),
  sender: z.string().optional(),
  text: z.object({ content: z.string().min(1) }),
  attachments: z
    .array(z.looseObject({ msgtype: z.string() }))
    .max(9)
    .default([]),
})
const PageRequest = z.object({
  userid_list: z.array(z.string()).min(1).max(100),
  cursor: z.string().default(''),
  limit: z.number().int(),
})
const ListRequest = z.object({ chat_type: z.literal('single'), start_time: z.number(), end_time: z.number() })
const TaskQuery = z.object({ msgid: z.string(), userid: z.string().optional() })

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const xmlOf = (fields: Readonly<Record<string, string>>): string =>
  `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`

interface Contact {
  id: string
  unionId: string | undefined
  members: string[]
  got: { month: string; count: number }
}

/** Listens on the loopback address. */
export const startWecomSandbox = async ({
  port = 0,
  corpId = 'ww0123456789abcdef',
  corpSecret = 'sandbox-secret',
  token = 'sandbox-token',
  encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  pageSize = 100,
  now = Date.now,
}: WecomSandboxOptions = {}): Promise<WecomSandbox> => {
  const contacts = new Map<string, Contact>()
  const members = new Set<string>()
  const tasks: SandboxTask[] = []
  let current: string | undefined
  let tokens = 0
  let refusal: number | undefined
  let isSilent = false

  const error = (errcode: number, errmsg: string) => ({ errcode, errmsg })
  const ok = { errcode: 0, errmsg: 'ok' }
  const month = () => new Date(now()).toISOString().slice(0, 7)
  const shown = ({ id, unionId }: Contact) => ({ external_userid: id, type: 1, ...(unionId && { unionid: unionId }) })

  const giveToken = (query: URLSearchParams) => {
    if (query.get('corpid') !== corpId) return error(40013, 'invalid corpid')
    if (query.get('corpsecret') !== corpSecret) return error(40001, 'invalid credential')
    if (current === undefined) {
      tokens++
      current = `token-${tokens}-${randomUUID()}`
    }
    return { ...ok, access_token: current, expires_in: 7_200 }
  }
  const one = (query: URLSearchParams) => {
    const contact = contacts.get(query.get('external_userid') ?? '')
    if (!contact) return error(40096, 'invalid external userid')
    if (contact.members.length === 0) return error(84061, 'not external contact')
    return {
      ...ok,
      external_contact: shown(contact),
      follow_user: contact.members.map((userid) => ({ userid })),
    }
  }
  const page = (body: unknown) => {
    const asked = PageRequest.safeParse(body)
    if (!asked.success) return error(40058, 'invalid Request Parameter')
    const { userid_list, cursor, limit } = asked.data
    const all = [...contacts.values()].flatMap((contact) =>
      contact.members.filter((userid) => userid_list.includes(userid)).map((userid) => ({ contact, userid })),
    )
    const from = Number(cursor || 0)
    const to = from + Math.min(limit, pageSize)
    return {
      ...ok,
      external_contact_list: all.slice(from, to).map(({ contact, userid }) => ({
        external_contact: shown(contact),
        follow_info: { userid },
      })),
      next_cursor: to < all.length ? String(to) : '',
    }
  }
  const addTask = (body: unknown) => {
    const asked = TaskRequest.safeParse(body)
    if (!asked.success) return error(40058, 'invalid Request Parameter')
    if (refusal !== undefined) {
      const errcode = refusal
      refusal = undefined
      return error(errcode, 'refused by script')
    }
    const { external_userid, sender, text, attachments } = asked.data
    const task: SandboxTask = {
      msgid: `msg${randomBytes(12).toString('hex')}`,
      createdAt: now(),
      text: text.content,
      attachments,
      results: new Map(),
    }
    const fail_list: string[] = []
    for (const id of external_userid) {
      const contact = contacts.get(id)
      const member = contact?.members.find((userid) => sender === undefined || userid === sender)
      if (member === undefined) fail_list.push(id)
      else task.results.set(id, { member, status: 0 })
    }
    if (task.results.size === 0) return error(41044, 'no valid external userid')
    tasks.push(task)
    return { ...ok, fail_list, msgid: task.msgid }
  }
  const list = (body: unknown) => {
    const asked = ListRequest.safeParse(body)
    if (!asked.success || asked.data.end_time - asked.data.start_time > 31 * 86_400)
      return error(40058, 'invalid Request Parameter')
    const { start_time, end_time } = asked.data
    return {
      ...ok,
      group_msg_list: tasks
        .map((task) => ({ ...task, create_time: Math.floor(task.createdAt / 1_000) }))
        .filter(({ create_time }) => create_time >= start_time && create_time <= end_time)
        .map(({ msgid, create_time, text, attachments }) => ({
          msgid,
          create_time: String(create_time),
          create_type: 0,
          text: { content: text },
          attachments,
        })),
    }
  }
  const ofTask = (body: unknown, read: (task: SandboxTask, userid: string | undefined) => object) => {
    const asked = TaskQuery.safeParse(body)
    const task = tasks.find(({ msgid }) => asked.success && msgid === asked.data.msgid)
    return asked.success && task ? { ...ok, ...read(task, asked.data.userid) } : error(41050, 'invalid msgid')
  }
  const answers: Readonly<Record<string, (body: unknown, query: URLSearchParams) => object>> = {
    '/cgi-bin/externalcontact/get_follow_user_list': () => ({ ...ok, follow_user: [...members] }),
    '/cgi-bin/externalcontact/get': (_, query) => one(query),
    '/cgi-bin/externalcontact/batch/get_by_user': page,
    '/cgi-bin/externalcontact/add_msg_template': addTask,
    '/cgi-bin/externalcontact/get_groupmsg_list_v2': list,
    '/cgi-bin/externalcontact/get_groupmsg_task': (body) =>
      ofTask(body, ({ results }) => ({
        task_list: [...new Set([...results.values()].map(({ member }) => member))].map((userid) => ({
          userid,
          status: [...results.values()].some(({ member, status }) => member === userid && status === 0) ? 0 : 2,
        })),
      })),
    '/cgi-bin/externalcontact/get_groupmsg_send_result': (body) =>
      ofTask(body, ({ results }, userid) => ({
        send_list: [...results]
          .filter(([, { member }]) => member === userid)
          .map(([external_userid, { member, status, sentAt }]) => ({
            external_userid,
            userid: member,
            status,
            ...(sentAt !== undefined && { send_time: Math.floor(sentAt / 1_000) }),
          })),
      })),
  }

  const server = createServer((request, reply) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    void readBody(request).then((text) => {
      const body: unknown = text === '' ? {} : JSON.parse(text)
      const give = (answer: object) => {
        if (isSilent && url.pathname.endsWith('add_msg_template')) {
          isSilent = false
          request.socket.destroy()
          return
        }
        reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      }
      if (url.pathname === '/cgi-bin/gettoken') return give(giveToken(url.searchParams))
      const answer = answers[url.pathname]
      if (!answer) return void reply.writeHead(404).end()
      if (current === undefined || url.searchParams.get('access_token') !== current)
        return give(error(40014, 'invalid access_token'))
      return give(answer(body, url.searchParams))
    })
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const { port: bound } = server.address() as AddressInfo

  const proof = (sealed: string) => {
    const [timestamp, nonce] = [String(Math.floor(now() / 1_000)), randomBytes(8).toString('hex')]
    return new URLSearchParams({ timestamp, nonce, msg_signature: signatureOf(token, timestamp, nonce, sealed) })
  }
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    tasks,
    get tokens() {
      return tokens
    },
    befriend: (member, unionId) => {
      members.add(member)
      const known = [...contacts.values()].find((one) => unionId !== undefined && one.unionId === unionId)
      const contact = known ?? {
        id: `wm${randomBytes(12).toString('hex')}`,
        unionId,
        members: [],
        got: { month: '', count: 0 },
      }
      contact.members.push(member)
      contacts.set(contact.id, contact)
      return contact.id
    },
    part: (member, id) => {
      const contact = contacts.get(id)
      if (contact) contact.members = contact.members.filter((one) => one !== member)
    },
    confirm: (member) => {
      for (const { results } of tasks)
        for (const [id, result] of results) {
          const contact = contacts.get(id)
          if (result.member !== member || result.status !== 0 || !contact) continue
          if (contact.got.month !== month()) contact.got = { month: month(), count: 0 }
          if (!contact.members.includes(member)) result.status = 2
          else if (contact.got.count >= mostInMonth) result.status = 3
          else {
            contact.got.count++
            result.status = 1
            result.sentAt = now()
          }
        }
    },
    revokeToken: () => {
      current = undefined
    },
    refuseNext: (errcode) => {
      refusal = errcode
    },
    fallSilent: () => {
      isSilent = true
    },
    callBack: async (to, fields) => {
      const sealed = seal(xmlOf(fields), { encodingAesKey, appId: corpId })
      const answer = await fetch(`${to}?${proof(sealed).toString()}`, {
        method: 'POST',
        headers: { 'content-type': 'text/xml' },
        body: xmlOf({ ToUserName: corpId, Encrypt: sealed, AgentID: '' }),
      })
      return { status: answer.status, body: await answer.text() }
    },
    verify: async (to) => {
      const echostr = seal('5927782489442352469', { encodingAesKey, appId: corpId })
      const query = proof(echostr)
      query.set('echostr', echostr)
      return (await fetch(`${to}?${query.toString()}`)).text()
    },
    stop: () => new Promise((done) => server.close(() => done())),
  }
}
