import type { Ctx } from '#platform'
import type { Prepared } from '../tracking/message.ts'
import { findingLine, type Inspection, inspectMessage, openMessageCounts, storeFindings } from './arrival.ts'
import { openRules, type Rules } from './rule-set.ts'

/** A message of a group with the customer it became; the number is known once the group is resolved. */
interface Fresh {
  message: Prepared
  no: number
}

/** What the rules found in a group of messages. */
export type GroupInspection = readonly { fresh: Fresh; inspection: Inspection }[]

/** The rules as the stream uses them. One per process. */
export interface StreamQuality {
  rules: Rules
  /**
   * Puts the rules to messages that are about to be stored, once to each however often its group is tried.
   * @returns undefined when no rule is about any of them: then nothing was done
   */
  inspect(ctx: Ctx, fresh: readonly Fresh[]): Promise<GroupInspection | undefined>
  /** What was found, durable before the messages are: stored again it is the same rows. */
  store(ctx: Ctx, inspection: GroupInspection): Promise<void>
  /** The messages are durable, so they count. What was counted in the last two seconds before a crash is lost. */
  count(inspection: GroupInspection): void
  /** Writes what was counted. */
  flush(ctx: Ctx): Promise<void>
}

export const openStreamQuality = (): StreamQuality => {
  const rules = openRules()
  const counts = openMessageCounts()
  return {
    rules,
    inspect: async (ctx, fresh) => {
      const set = await rules.current(ctx)
      if (set.traits.size + set.events.size === 0) return undefined
      const inspections = fresh.flatMap((one) => {
        const inspection = inspectMessage(set, one.message)
        return inspection.checked.length > 0 ? [{ fresh: one, inspection }] : []
      })
      return inspections.length > 0 ? inspections : undefined
    },
    store: (ctx, inspections) =>
      storeFindings(
        ctx,
        inspections
          .flatMap(({ fresh: { message, no }, inspection: { found } }) =>
            found.map((one) =>
              findingLine(one, {
                atMs: message.receivedAtMs,
                customerNo: no,
                sourceId: message.sourceId,
                importId: message.importId,
                line: message.line ?? 0,
                messageId: message.messageId,
              }),
            ),
          )
          .join(''),
      ),
    count: (inspections) => {
      for (const { fresh, inspection } of inspections) {
        const { sourceId, importId, receivedAtMs } = fresh.message
        counts.add(inspection, { sourceId, importId, atMs: receivedAtMs })
      }
    },
    flush: (ctx) => counts.flush(ctx),
  }
}
