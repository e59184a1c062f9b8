import type { Crowd, Message, Resident } from '#simulator'
import type { App } from '../app.ts'
import type { Track } from './demo-call.ts'
import { type Sandboxes, wechatTemplate } from './demo-sandboxes.ts'
import { smsCodes } from './demo-texts.ts'

/**
 * The company's customers beside their phones: what a sandbox took, somebody reads; who applies, pays, complains or wants no
 * more is decided by what is true of him (`src/simulator/reactions.ts`), never by us here.
 */

type Kind = 'offer' | 'due'
interface Got {
  resident: Resident
  kind: Kind
  clear: boolean
  /** Of a short message: where an answer goes to. */
  number?: string
}

const everyMs = 1_000
/** Most react within two minutes. */
const meanDelayMs = 30_000
const longestDelayMs = 120_000
const agreesShare = 0.8

const bySms: Readonly<Record<string, { kind: Kind; clear: boolean }>> = {
  [smsCodes.price]: { kind: 'offer', clear: true },
  [smsCodes.hello]: { kind: 'offer', clear: false },
  [smsCodes.abandoned]: { kind: 'offer', clear: true },
  [smsCodes.due]: { kind: 'due', clear: true },
}

export interface Reactions {
  /** Those who were in a campaign's audience and got nothing: some of them come by themselves. `share`: how many of them at once. */
  comeUnasked: (accountIds: ReadonlySet<string>) => void
  /** Lets everything that is to come happen now. */
  hurry: () => Promise<void>
  stop: () => Promise<void>
}

/** @param hasty share of the reactions that come at once */
export const startReactions = (
  app: App,
  { crowd, sandboxes, track, hasty }: { crowd: Crowd; sandboxes: Sandboxes; track: Track; hasty: number },
): Reactions => {
  const byWechat = new Map<string, Resident>()
  const byAccount = new Map<string, Resident>()
  const byEmail = new Map<string, Resident>()
  for (const [index, resident] of crowd.residents.entries()) {
    byAccount.set(resident.accountId, resident)
    if (resident.email) byEmail.set(resident.email, resident)
    if (!resident.wechatOpenId) continue
    byWechat.set(resident.wechatOpenId, resident)
    // The others never tapped "agree" under the official account's question.
    if (index % 10 < agreesShare * 10) sandboxes.wechat.agrees(resident.wechatOpenId, wechatTemplate, 3)
  }
  const smsRead = new Map<string, number>()
  const read = { wechat: 0, push: 0, email: 0 }
  const asked = new Set<Resident>()
  const agenda: { atMs: number; run: () => Promise<void> }[] = []

  const smsOf = (resident: Resident): Got[] => {
    const taken = sandboxes.sms.ledger.ofNumber(resident.phone)
    const from = smsRead.get(resident.phone) ?? 0
    if (taken.length === from) return []
    smsRead.set(resident.phone, taken.length)
    return taken.slice(from).map(({ content }) => {
      const code = Object.keys(bySms).find((one) => content.startsWith(one))
      // Our own gateway gets the text, not the code of a template.
      const meaning = (code && bySms[code]) || {
        kind: content.includes('还款账户') ? ('due' as const) : ('offer' as const),
        clear: !content.includes('好久不见'),
      }
      return { resident, ...meaning, number: resident.phone }
    })
  }
  const newOf = <T>(list: readonly T[], name: keyof typeof read): readonly T[] => {
    const fresh = list.slice(read[name])
    read[name] = list.length
    return fresh
  }
  const arrived = (): Got[] => [
    ...crowd.residents.flatMap(smsOf),
    ...newOf(sandboxes.wechat.messages, 'wechat').flatMap(({ openId }) => {
      const resident = byWechat.get(openId)
      return resident ? [{ resident, kind: 'offer' as const, clear: true }] : []
    }),
    ...newOf(sandboxes.push.pushed, 'push').flatMap(({ alias, title }) => {
      const resident = byAccount.get(alias)
      return resident
        ? [{ resident, kind: title.includes('还款') ? ('due' as const) : ('offer' as const), clear: true }]
        : []
    }),
    ...newOf(sandboxes.email.mails, 'email').flatMap(({ to }) => {
      const resident = byEmail.get(to)
      return resident ? [{ resident, kind: 'offer' as const, clear: true }] : []
    }),
  ]

  const at = (run: () => Promise<void>): void => {
    const delayMs = Math.random() < hasty ? 0 : Math.min(-Math.log(Math.random()) * meanDelayMs, longestDelayMs)
    agenda.push({ atMs: Date.now() + delayMs, run })
  }
  const say = (messages: readonly Message[]) => waiting.push(...messages)
  const waiting: Message[] = []
  const applyOnce = (resident: Resident, message: { clear: boolean } | undefined) => {
    // Everybody makes up his mind once.
    if (asked.has(resident)) return
    asked.add(resident)
    if (resident.applies(message)) at(async () => void say(crowd.application(resident)))
  }
  const react = ({ resident, kind, clear, number }: Got): void => {
    if (kind === 'due') {
      if (resident.paysWhenReminded) at(async () => void say(crowd.payment(resident)))
      return
    }
    applyOnce(resident, { clear })
    if (number !== undefined && resident.optsOut) at(() => sandboxes.sms.reply('aliyun', number, '退订'))
    if (resident.complains) at(async () => void say(crowd.complaint(resident)))
  }

  const happen = async (untilMs: number): Promise<void> => {
    for (const got of arrived()) react(got)
    const due = agenda.filter(({ atMs }) => atMs <= untilMs)
    if (due.length === 0) return
    agenda.splice(0, agenda.length, ...agenda.filter(({ atMs }) => atMs > untilMs))
    for (const { run } of due) await run()
    const timestamp = new Date().toISOString()
    await track(waiting.splice(0).map((message) => ({ ...message, timestamp })))
  }
  let turn: Promise<void> = Promise.resolve()
  const next = (untilMs: number): Promise<void> => {
    turn = turn
      .then(() => happen(untilMs))
      .catch((error: unknown) => app.ctx.log.warn({ error }, 'reactions of the demo failed, tried again'))
    return turn
  }
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    void next(Date.now()).finally(() => {
      busy = false
    })
  }, everyMs)
  return {
    comeUnasked: (accountIds) => {
      for (const got of arrived()) react(got)
      for (const resident of crowd.residents) if (accountIds.has(resident.accountId)) applyOnce(resident, undefined)
    },
    hurry: () => next(Date.now()),
    stop: async () => {
      clearInterval(timer)
      await turn
    },
  }
}
