import { randomUUID } from 'node:crypto'
import { type Ctx, readSetting } from '#platform'
import { everyExclusionOf } from '../exclusions/of.ts'
import { setPersonalised } from '../exclusions/store.ts'
import { type Centre, type CentrePurpose, type CentreRow, channelName } from './centre-page.ts'
import { consentsOf } from './consents.ts'
import { doNotContactOf } from './do-not-contact.ts'
import type { OpenedLink } from './links.ts'
import { currentTexts } from './notices.ts'
import { problem } from './problem.ts'
import { purposeRules } from './purposes.ts'
import { phoneChannels, say, sayNoToAll } from './say.ts'
import { type ConsentState, type ConsentWhy, consentVerdict, type PurposeRules } from './words.ts'

/** What the preference centre shows a customer and does for him. */

export const companyName = async (ctx: Ctx): Promise<string> =>
  (await readSetting(ctx, 'companyName')) ?? '消息偏好中心'

const notes: Readonly<Record<ConsentWhy, string>> = {
  granted: '已开启',
  notNeeded: '已开启',
  purposeUnknown: '未开启',
  none: '未开启',
  refused: '未开启',
  withdrawn: '已关闭',
  expired: '同意已到期',
  noticeUnknown: '需重新确认',
  noticeReplaced: '告知内容有更新，需重新确认',
}

/** The page of a link. @param done what was just done, in words */
export const readCentre = async (
  ctx: Ctx,
  { customerNo, expired }: OpenedLink,
  done: string | null,
): Promise<Centre> => {
  const company = await companyName(ctx)
  const empty = { company, act: randomUUID(), done, expired }
  if (expired) return { ...empty, purposes: [], personalised: true, history: [] }
  const rules = await purposeRules(ctx)
  const states = (await consentsOf(ctx, [customerNo])).get(customerNo) ?? []
  const texts = await currentTexts(ctx)
  const barred = (await doNotContactOf(ctx, [customerNo])).get(customerNo) ?? []
  const replied = barred.some(({ kind, origin }) => kind === 'phone' && origin === 'reply')
  const purposes = [...rules.values()].flatMap((purpose): CentrePurpose[] => {
    if (purpose.basis !== 'consent' || purpose.retired) return []
    const text = texts.get(purpose.key)
    const rows = rowsOf(purpose, states, ctx.now(), replied)
    // Without a notice there is nothing to agree to; what was agreed to before can be taken back.
    const shown = purpose.current ? rows : rows.filter(({ open, stale }) => open || stale)
    if (shown.length === 0) return []
    const { key, title, separate, recipient } = purpose
    return [
      {
        key,
        title,
        separate,
        recipient,
        description: text?.description ?? '',
        notice: text ? { label: text.label, content: text.content } : null,
        rows: shown,
      },
    ]
  })
  const { personalised } = await everyExclusionOf(ctx, customerNo)
  return { ...empty, purposes, personalised, history: historyOf(states, rules) }
}

const rowsOf = (purpose: PurposeRules, states: readonly ConsentState[], now: Date, replied: boolean): CentreRow[] => {
  const said = states.flatMap((state) => (state.purpose === purpose.key && state.channel !== null ? state.channel : []))
  return [...new Set([...purpose.channels, ...said])].map((channel) => {
    const { open, why, word } = consentVerdict(purpose, states, channel, now)
    const barred = replied && phoneChannels.has(channel)
    return {
      channel,
      open: open && !barred,
      // So that it never counts again.
      stale: !open && word?.status === 'granted' && why !== 'expired',
      may: purpose.current !== undefined && !barred,
      note: barred ? '号码已回复退订，如需恢复请联系客服' : notes[why],
    }
  })
}

const shown = 6
const dayOf = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})
const verbs = { granted: '同意', refused: '不同意', withdrawn: '撤回' } as const

const historyOf = (states: readonly ConsentState[], rules: ReadonlyMap<string, PurposeRules>): Centre['history'] =>
  [...states]
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, shown)
    .map(({ at, purpose, channel, status }) => ({
      at: dayOf.format(at),
      text: `${verbs[status]} ${rules.get(purpose)?.title ?? purpose} · ${channel === null ? '全部渠道' : channelName(channel)}`,
    }))

/** What a form of the page says; all fields are text. */
export type CentreForm = Readonly<Record<string, string>>

/**
 * Does what was tapped; the same again changes nothing.
 * @returns in words what is so now
 * @throws problem.linkExpired when more than unsubscribing was asked of an expired link; problems of `say`
 */
export const actOnCentre = (ctx: Ctx, link: OpenedLink, form: CentreForm): Promise<string> =>
  ctx.tx(async (ctx) => {
    const { customerNo, sendId } = link
    const act = /^[0-9a-f-]{36}$/.test(form['act'] ?? '') ? `centre:${form['act']}` : `centre:${randomUUID()}`
    const evidence = { method: 'preferenceCentre', ...(sendId !== null && { sendId }) }
    if (form['do'] === 'all') {
      await sayNoToAll(ctx, { customerNo, channel: null, source: 'preferenceCentre', act, evidence })
      return '已全部退订，我们不会再向您发送推广信息。'
    }
    if (link.expired) throw problem.linkExpired()
    if (form['do'] === 'personal') {
      const on = form['on'] === '1'
      const changed = await setPersonalised(ctx, customerNo, on, evidence)
      if (changed)
        await ctx.audit.record(ctx, { action: 'consent.personalise', subject: { customerNo }, detail: { on, sendId } })
      return on ? '已开启个性化推荐。' : '已关闭个性化推荐。'
    }
    const { purpose = '', channel = '' } = form
    const yes = form['yes'] === '1'
    // Each yes is an act of its own: a page that was opened once may give several consents, tap by tap.
    const tap = `${act}:${purpose}:${channel}`
    await say(ctx, { customerNo, purpose, channel, yes, source: 'preferenceCentre', act: tap, evidence })
    return yes ? '已开启，您可以随时关闭。' : '已关闭，立即生效。'
  })

/** RFC 8058: every consent to e-mail is taken back, at once and without a question. Also by an expired link. */
export const unsubscribeByOneClick = async (ctx: Ctx, { customerNo, sendId }: OpenedLink): Promise<void> => {
  await sayNoToAll(ctx, {
    customerNo,
    channel: 'email',
    source: 'oneClick',
    act: `oneClick:${randomUUID()}`,
    evidence: { method: 'oneClick', ...(sendId !== null && { sendId }) },
  })
}
