import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Answer, Asked, ProviderWorld, Receipt } from '../../delivery/adapter.ts'
import { contactOf, unionIdOf } from './contacts.ts'
import { readWecom, type WecomSettings } from './wecom-api.ts'

/**
 * What became of tasks to send (群发): a task waits until a member confirms it, then each contact has a result. The platform lists
 * tasks by time, so nothing has to be remembered but which request each came from: written before the request as the print of its
 * words, and afterwards under the task's own number.
 */

type World = ProviderWorld<WecomSettings>

export interface TaskWords {
  text: { content: string }
  attachments: readonly object[]
}

/** A print of what a task says, as far as the platform gives it back: the text, kinds of attachments and their addresses. */
export const printOf = ({ text, attachments }: { text: { content: string }; attachments: readonly object[] }): string =>
  createHash('sha256')
    .update(JSON.stringify([text.content, attachments.map((one) => ('msgtype' in one ? one.msgtype : ''))]))
    .digest('hex')
    .slice(0, 24)

/** Longer than a task lives: members may confirm it for days. */
const keptMs = 30 * 86_400_000
const later = (world: World) => new Date(world.now().getTime() + keptMs)

export const noteRequest = (world: World, batch: string, print: string): Promise<void> =>
  world.memo.write(`asked:${batch}:${print}`, '1', later(world))
export const noteTask = (world: World, task: string, batch: string): Promise<void> =>
  world.memo.write(`task:${task}`, batch, later(world))

const Task = z.object({
  msgid: z.string(),
  create_time: z.coerce.number(),
  create_type: z.number().int().optional(),
  text: z.object({ content: z.string().default('') }).default({ content: '' }),
  attachments: z.array(z.looseObject({ msgtype: z.string() })).default([]),
})
type Task = z.output<typeof Task>
const Tasks = z.object({ group_msg_list: z.array(Task).default([]), next_cursor: z.string().default('') })
const Members = z.object({
  task_list: z.array(z.object({ userid: z.string() })).default([]),
  next_cursor: z.string().default(''),
})
const Result = z.object({
  external_userid: z.string().default(''),
  status: z.number().int(),
  send_time: z.number().optional(),
})
type Result = z.output<typeof Result>
const Results = z.object({ send_list: z.array(Result).default([]), next_cursor: z.string().default('') })

const seconds = (at: Date) => Math.floor(at.getTime() / 1_000)

/** All pages of a list. @throws NoAnswer, TokenRefused, ReadRefused */
const pagesOf = async <T, P extends { next_cursor: string }>(
  world: World,
  path: string,
  body: object,
  schema: z.ZodType<P>,
  rows: (page: P) => readonly T[],
): Promise<T[]> => {
  const all: T[] = []
  for (let cursor = ''; ; ) {
    const page: P = await readWecom(world, path, { body: { ...body, ...(cursor !== '' && { cursor }) } }, schema)
    all.push(...rows(page))
    if (page.next_cursor === '') return all
    cursor = page.next_cursor
  }
}

/** Tasks that programs made in a time, at most a month. */
const tasksBetween = async (world: World, from: Date, to: Date): Promise<Task[]> =>
  pagesOf(
    world,
    '/cgi-bin/externalcontact/get_groupmsg_list_v2',
    { chat_type: 'single', start_time: seconds(from), end_time: seconds(to), filter_type: 0, limit: 100 },
    Tasks,
    ({ group_msg_list }) => group_msg_list,
  )

const resultsOf = async (world: World, msgid: string): Promise<Result[]> => {
  const members = await pagesOf(
    world,
    '/cgi-bin/externalcontact/get_groupmsg_task',
    { msgid, limit: 1_000 },
    Members,
    ({ task_list }) => task_list,
  )
  const results: Result[] = []
  for (const { userid } of members)
    results.push(
      ...(await pagesOf(
        world,
        '/cgi-bin/externalcontact/get_groupmsg_send_result',
        { msgid, userid, limit: 1_000 },
        Results,
        ({ send_list }) => send_list,
      )),
    )
  return results
}

const failures: Readonly<Record<number, { code: string; detail: string }>> = {
  2: { code: 'NOT_A_CONTACT', detail: 'the customer is no contact of the member any more' },
  3: { code: 'MONTHLY_LIMIT', detail: 'the customer has had as many messages as WeCom lets through' },
}

/** How a result reads as a receipt; undefined while the member has not confirmed. */
const receiptOf = (world: World, { status, send_time }: Result): Omit<Receipt, 'address' | 'batch'> | undefined => {
  const at = send_time === undefined ? world.now() : new Date(send_time * 1_000)
  if (status === 1) return { state: 'delivered', at }
  const failure = failures[status]
  return failure && { state: 'failed', at, ...failure }
}

/** Seconds until a task is looked at again, by its age: members confirm in the first hour or days later. */
const againAfter = (ageSeconds: number): number => (ageSeconds < 3_600 ? 300 : ageSeconds < 86_400 ? 1_800 : 14_400)
const tasksAtOnce = 20
const followedMs = 14 * 86_400_000
const Followed = z.object({ due: z.number(), final: z.number().int() })

/** Results of tasks that are due to be looked at, some at a time. @throws NoAnswer, TokenRefused, ReadRefused */
export const pullResults = async (world: World): Promise<Receipt[]> => {
  const now = world.now()
  const receipts: Receipt[] = []
  let looked = 0
  for (const task of await tasksBetween(world, new Date(now.getTime() - followedMs), now)) {
    if (looked >= tasksAtOnce || world.signal.aborted) break
    const batch = await world.memo.read(`task:${task.msgid}`)
    // Somebody else's, or one whose answer never came: `findTask` settles that.
    if (batch === undefined) continue
    const kept = await world.memo.read(`followed:${task.msgid}`)
    const followed = kept === undefined ? { due: 0, final: 0 } : Followed.parse(JSON.parse(kept))
    if (followed.due > now.getTime() || followed.final >= 2) continue
    looked++
    let waits = false
    for (const result of await resultsOf(world, task.msgid)) {
      const receipt = receiptOf(world, result)
      if (!receipt) waits = true
      const address = receipt && (await unionIdOf(world, result.external_userid))
      if (receipt && address !== undefined) receipts.push({ ...receipt, batch, address })
    }
    const due = now.getTime() + againAfter(now.getTime() / 1_000 - task.create_time) * 1_000
    // Seen complete twice before it is left alone: the first time may have been lost on the way to our own store.
    const state = { due, final: waits ? 0 : followed.final + 1 }
    await world.memo.write(`followed:${task.msgid}`, JSON.stringify(state), later(world))
  }
  return receipts
}

/**
 * Whether a request that got no answer became a task: one of the minutes around it, not known to be another request's, that says
 * what this request said and names this contact. Silence proves nothing: the list may lag, so nobody is written to again.
 * @throws NoAnswer, TokenRefused, ReadRefused
 */
export const findTask = async (world: World, { batch, address, sentAt }: Asked): Promise<Answer> => {
  const contact = await contactOf(world, address)
  if (contact === undefined) return { is: 'unclear' }
  const from = new Date(sentAt.getTime() - 60_000)
  const to = new Date(Math.min(sentAt.getTime() + 600_000, world.now().getTime()))
  if (to <= from) return { is: 'unclear' }
  for (const task of await tasksBetween(world, from, to)) {
    const owner = await world.memo.read(`task:${task.msgid}`)
    if (owner !== undefined && owner !== batch) continue
    if (owner === undefined && (await world.memo.read(`asked:${batch}:${printOf(task)}`)) === undefined) continue
    const result = (await resultsOf(world, task.msgid)).find(({ external_userid }) => external_userid === contact)
    if (!result) continue
    await noteTask(world, task.msgid, batch)
    const receipt = receiptOf(world, result)
    if (receipt?.state === 'delivered') return { is: 'delivered', at: receipt.at }
    if (receipt)
      return { is: 'failed', at: receipt.at, code: receipt.code ?? 'UNDELIVERED', detail: receipt.detail ?? '' }
    return { is: 'accepted' }
  }
  return { is: 'unclear' }
}
