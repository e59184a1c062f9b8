import type { Ctx } from '#platform'
import { consentsOf, recordConsents, type Word } from './consents.ts'
import { doNotContactOf } from './do-not-contact.ts'
import { problem } from './problem.ts'
import { purposeRules } from './purposes.ts'
import { type ConsentState, lastWord, type PurposeRules, type WordSource } from './words.ts'

/** What a person says about one purpose and channel, or about all of them. */
export interface Saying {
  customerNo: number
  purpose: string
  /** null: every channel; only to say no. */
  channel: string | null
  yes: boolean
  /** A no that takes nothing back; left out: `withdrawn` after a yes, else `refused`. */
  refused?: boolean
  at?: Date
  source: WordSource
  act: string
  evidence: { readonly [field: string]: string }
}

/** Channels that use the number. */
export const phoneChannels: ReadonlySet<string> = new Set(['sms', 'call'])

/**
 * Records one word of a customer, unless it is what he said last; audited.
 * @returns whether anything changed
 * @throws problem.purposeUnknown, problem.noConsentNeeded, problem.noNotice, problem.channelNeeded, problem.stopped,
 * problem.separateTogether, problem.wordInFuture
 */
export const say = (ctx: Ctx, saying: Saying): Promise<boolean> =>
  ctx.tx(async (ctx) => {
    const { customerNo, purpose, channel, yes, source, act, evidence, at = ctx.now() } = saying
    if (at > ctx.now()) throw problem.wordInFuture()
    const rules = (await purposeRules(ctx)).get(purpose)
    if (!rules || rules.retired) throw problem.purposeUnknown({ purpose })
    if (rules.basis !== 'consent') throw problem.noConsentNeeded({ purpose })
    if (yes) await assertMaySayYes(ctx, customerNo, rules, channel)
    const states = (await consentsOf(ctx, [customerNo])).get(customerNo) ?? []
    if (isSaid(states, rules, channel, yes) && saying.at === undefined) return false
    const { stored, refused } = await recordConsents(ctx, [
      {
        customerNo,
        purpose,
        channel,
        status: yes ? 'granted' : noOf(states, purpose, channel, saying.refused),
        at,
        noticeVersion: rules.current?.label ?? null,
        source,
        act,
        evidence,
      },
    ])
    if (refused.get(0) === 'separateTogether') throw problem.separateTogether({ purpose })
    const [word] = stored
    if (!word) return false
    await ctx.audit.record(ctx, {
      action: 'consent.say',
      subject: { customerNo },
      detail: { purpose, channel, status: word.status, source, word: word.id },
    })
    return true
  })

const assertMaySayYes = async (
  ctx: Ctx,
  customerNo: number,
  { key, current }: PurposeRules,
  channel: string | null,
): Promise<void> => {
  if (!current) throw problem.noNotice({ purpose: key })
  if (channel === null) throw problem.channelNeeded({ purpose: key })
  if (!phoneChannels.has(channel)) return
  const barred = (await doNotContactOf(ctx, [customerNo])).get(customerNo) ?? []
  if (barred.some(({ kind, origin }) => kind === 'phone' && origin === 'reply')) throw problem.stopped({ channel })
}

/** Words that say no to what was open take it back. */
const noOf = (
  states: readonly ConsentState[],
  purpose: string,
  channel: string | null,
  refused = false,
): 'refused' | 'withdrawn' => {
  if (refused) return 'refused'
  const granted = states.some(
    (state) =>
      state.purpose === purpose &&
      state.status === 'granted' &&
      (channel === null || state.channel === null || state.channel === channel),
  )
  return granted ? 'withdrawn' : 'refused'
}

/** Whether that is what was said last: a yes to the version in force, or a no that nothing since contradicts. */
const isSaid = (
  states: readonly ConsentState[],
  { key, current, channels }: PurposeRules,
  channel: string | null,
  yes: boolean,
): boolean => {
  if (yes) {
    const last = channel === null ? undefined : lastWord(states, key, channel)
    return last?.status === 'granted' && last.noticeVersion === current?.label && last.expiresAt === null
  }
  const asked =
    channel === null ? [...new Set([...channels, ...states.flatMap((state) => state.channel ?? [])])] : [channel]
  const last = asked.map((one) => lastWord(states, key, one))
  return last.length > 0 && last.every((word) => word !== undefined && word.status !== 'granted')
}

/**
 * Says no to every purpose that rests on consent, on one channel or on all of them; what is no already stays.
 * @returns purposes that changed
 */
export const sayNoToAll = (
  ctx: Ctx,
  {
    customerNo,
    channel,
    source,
    act,
    evidence,
  }: Pick<Word, 'customerNo' | 'channel' | 'source' | 'evidence'> & { act: string },
): Promise<string[]> =>
  ctx.tx(async (ctx) => {
    const changed: string[] = []
    for (const { key, basis, retired } of (await purposeRules(ctx)).values())
      if (basis === 'consent' && !retired) {
        const said = await say(ctx, { customerNo, purpose: key, channel, yes: false, source, act, evidence })
        if (said) changed.push(key)
      }
    return changed
  })
