import { stateExclusions, withdrawEverything } from '#compliance'
import { recipientsOf, trackInside } from '#customers'
import type { Ctx } from '#platform'
import type { TaskOutcome } from './task-contract.ts'

/** What a person said when he was called or spoken to at the branch, whoever spoke with him. */
export interface Said {
  /** What it was said about: `{ task: '7' }`, `{ send: '31' }`. Goes into the evidence. */
  about: Readonly<Record<string, string>>
  customerNo: number
  campaignId: number
  channel: string
  outcome: TaskOutcome
  at: Date
  /** Who tells it: one of us, or the system of a call centre. */
  source: 'staff' | 'api'
  /** How long it took. */
  seconds?: number | undefined
  /** The same talk has the same name however often it is told. */
  name: string
}

/** A wish not to be called withdraws consent to calls; a complaint stops marketing. In the transaction of `ctx`. */
export const takeEffect = async (ctx: Ctx, said: Said): Promise<void> => {
  if (said.outcome === 'doNotCall')
    await withdrawEverything(ctx, [
      {
        customerNo: said.customerNo,
        channel: 'call',
        at: said.at,
        source: said.source,
        evidence: { method: 'call', ...said.about },
      },
    ])
  if (said.outcome === 'complaint')
    await stateExclusions(ctx, [
      {
        customerNo: said.customerNo,
        kind: 'complaint',
        since: said.at,
        until: null,
        reason: Object.entries(said.about)
          .map(([kind, id]) => `${kind} ${id}`)
          .join(', '),
        evidence: said.about,
        source: said.source,
      },
    ])
}

/** What happened, as events of the customer: effects, journeys and audiences see it. After the transaction. */
export const tellTalk = async (ctx: Ctx, said: Said): Promise<void> => {
  const person = (await recipientsOf(ctx, [said.customerNo], ['accountId', 'phone'])).get(said.customerNo)
  const { accountId, phone } = person?.addresses ?? {}
  const identifier =
    accountId === undefined
      ? phone === undefined
        ? undefined
        : ({ kind: 'phone', value: phone } as const)
      : ({ kind: 'accountId', value: accountId } as const)
  if (!identifier) return
  const happened = (event: string) => ({
    messageId: `${said.name}-${event}`,
    event,
    at: said.at,
    properties: {
      campaignId: said.campaignId,
      channel: said.channel,
      outcome: said.outcome,
      ...(said.seconds !== undefined && { seconds: said.seconds }),
    },
    identifier,
  })
  await trackInside(ctx, [
    happened(said.channel === 'call' ? 'Call Finished' : 'Branch Task Finished'),
    ...(said.outcome === 'complaint' ? [happened('Complaint Filed')] : []),
  ])
}
