import type { Ctx } from '#platform'
import type { IdentifierKind } from '../identity/kinds.ts'
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
  /** By which he is known, in its normal form. */
  identifier: { kind: IdentifierKind; value: string }
}

/**
 * Stores happenings as events, on the same way as those from outside: identity, de-duplication, masking, triggers.
 * @returns for each whether it was new, in their order; `refused` where the message itself cannot be read
 */
export const trackInside = async (ctx: Ctx, seen: readonly SeenInside[]): Promise<(Fate | 'refused')[]> => {
  const read = seen.map(({ messageId, event, at, properties, identifier: { kind, value } }) => {
    const message = readMessage(
      {
        type: 'track',
        messageId,
        event,
        properties,
        timestamp: at.toISOString(),
        anonymousId: 'inside',
      },
      {
        receivedAtMs: ctx.now().getTime(),
        source: { id: 0, personalRule: 'mask' },
        historical: true,
        pseudonym: (text) => ctx.vault.blindIndex('messageId', text),
      },
    )
    // Exactly this one: a phone or an openid beside a made-up anonymous id would be kept in clear with it.
    if (!('code' in message)) message.identifiers = [{ kind, value }]
    return message
  })
  const fit = read.filter((one): one is Prepared => !('code' in one))
  const fates = fit.length > 0 ? await runningOf(ctx).committer.add(fit) : []
  let at = 0
  return read.map((one) => ('code' in one ? 'refused' : (fates[at++] ?? 'refused')))
}
