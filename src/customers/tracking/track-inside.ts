import type { Ctx } from '#platform'
import { runningOf } from '../running.ts'
import type { Fate } from './commit.ts'
import { type Prepared, readMessage } from './message.ts'

/** Something that a part of the program itself saw a customer do: a word to the official account, a click on a link. */
export interface SeenInside {
  /** The same happening has the same id, however often it is told. */
  messageId: string
  event: string
  at: Date
  properties: Readonly<Record<string, unknown>>
  /** By which he is known: one of the kinds of identifiers (`wechatOpenId`) and its value. */
  identifier: { kind: string; value: string }
}

/**
 * Stores happenings as events, on the same way as those from outside: identity, de-duplication, masking, triggers.
 * @returns for each whether it was new, in their order; `refused` where the message itself cannot be read
 */
export const trackInside = async (ctx: Ctx, seen: readonly SeenInside[]): Promise<(Fate | 'refused')[]> => {
  const read = seen.map(({ messageId, event, at, properties, identifier: { kind, value } }) => {
    const who = kind === 'accountId' ? { userId: value } : { anonymousId: `${kind}:${value}` }
    return readMessage(
      {
        type: 'track',
        messageId,
        event,
        properties,
        timestamp: at.toISOString(),
        ...who,
        ...(kind !== 'accountId' && { context: { externalIds: [{ id: value, type: kind }] } }),
      },
      {
        receivedAtMs: ctx.now().getTime(),
        source: { id: 0, personalRule: 'mask' },
        historical: true,
        pseudonym: (text) => ctx.vault.blindIndex('messageId', text),
      },
    )
  })
  const fit = read.filter((one): one is Prepared => !('code' in one))
  const fates = fit.length > 0 ? await runningOf(ctx).committer.add(fit) : []
  let at = 0
  return read.map((one) => ('code' in one ? 'refused' : (fates[at++] ?? 'refused')))
}
