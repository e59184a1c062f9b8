import type { Ctx } from '#platform'
import { recordConsents, type Word } from './consents.ts'
import { purposeRules } from './purposes.ts'

/** A person who wants to hear no more on a channel, said without naming a purpose: in a reply, a call, a spam complaint. */
export type Refusing = Pick<Word, 'customerNo' | 'at' | 'source' | 'evidence'> & {
  /** As consents are asked for: a visit is a call, WeCom is WeChat. */
  channel: string
}

/**
 * Records that people take back every purpose that rests on consent on a channel: whoever says stop does not know
 * how the company divides its purposes (M1, M2; advertising law 43). What was agreed to with other recipients of data by itself
 * is taken back by itself. The same word again changes nothing.
 */
export const withdrawEverything = (ctx: Ctx, people: readonly Refusing[]): Promise<void> =>
  ctx.tx(async (ctx) => {
    if (people.length === 0) return
    const purposes = [...(await purposeRules(ctx)).values()].filter(
      ({ basis, separate }) => basis === 'consent' && separate !== 'recipient',
    )
    await recordConsents(
      ctx,
      people.flatMap(({ channel, ...word }) =>
        purposes.map(({ key }): Word => ({ ...word, purpose: key, channel, status: 'withdrawn', noticeVersion: null })),
      ),
    )
  })
