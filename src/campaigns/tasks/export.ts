import { sql } from 'kysely'
import { readRows, recipientsOf } from '#customers'
import { type Ctx, problem as platformProblem } from '#platform'
import { recheckSends } from '../gate/recheck.ts'
import { workerOf } from './read.ts'
import type { TaskExport, TaskExported, TaskOutcome } from './task-contract.ts'
import { refuseTask } from './work.ts'

/** Tasks in one file. */
const most = 5_000

const header = ['taskId', 'channel', 'campaign', 'title', 'team', 'customerId', 'name', 'phone', 'notBefore', 'dueAt']

/** A cell that no spreadsheet takes for a formula. */
const cell = (value: string): string => `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`

/**
 * Tasks that nobody has taken, most urgent first. The gate is asked about each: who may not be called any more is left out, and his
 * task ends. Numbers are masked unless they are asked for in clear, which needs the permission and a purpose and is audited of every
 * customer.
 * @throws platform.forbidden, platform.purposeNeeded
 */
export const exportTasks = async (
  ctx: Ctx,
  { channel, team, campaignId, unmasked, purpose, take }: TaskExport,
): Promise<TaskExported> => {
  const { permissions } = ctx.actor
  if (unmasked && !permissions.has('customers.unmask')) throw platformProblem.forbidden({ needs: 'customers.unmask' })
  if ((unmasked || take) && !permissions.has('tasks.work')) throw platformProblem.forbidden({ needs: 'tasks.work' })
  if (unmasked && purpose === undefined) throw platformProblem.purposeNeeded()
  return ctx.tx(async (ctx) => {
    const { rows } = await sql<{
      id: string
      send_id: string
      customer_no: number
      tries: number
      outcome: TaskOutcome | null
      channel: string
      campaign: string
      title: string
      team: string | null
      from_at: Date
      due_at: Date
    }>`
      select t.id::text as id, t.send_id::text as send_id, t.customer_no, t.tries, t.outcome, t.channel, c.name as campaign, t.title, t.team, t.from_at, t.due_at
      from campaigns.task t join campaigns.campaign c on c.id = t.campaign_id
      where t.state = 'open' and t.due_at > ${ctx.now()}
        and (${channel ?? null}::text is null or t.channel = ${channel ?? null})
        and (${team ?? null}::text is null or t.team = ${team ?? null})
        and (${campaignId ?? null}::int is null or t.campaign_id = ${campaignId ?? null}::int)
      order by t.priority, t.due_at, t.id limit ${most + 1} for update of t skip locked`.execute(ctx.pg)
    const page = rows.slice(0, most)
    const verdicts = await recheckSends(
      ctx,
      page.map(({ send_id }) => ({ id: send_id })),
    )
    let refused = 0
    const listed: (typeof page)[number][] = []
    for (const row of page) {
      const verdict = verdicts.get(row.send_id)
      if (verdict?.is === 'refused') {
        refused += 1
        if (take || unmasked) await refuseTask(ctx, row, verdict)
      } else if (verdict?.is !== 'held') listed.push(row)
    }
    const nos = [...new Set(listed.map(({ customer_no }) => customer_no))]
    const people = new Map((await readRows(ctx, nos)).map(({ id, display }) => [id, display]))
    const numbers = unmasked ? await recipientsOf(ctx, nos, ['phone'], { contactable: true }) : undefined
    const lines = listed.map((row) => {
      const display = people.get(String(row.customer_no))
      const verdict = verdicts.get(row.send_id)
      const notBefore = verdict?.is === 'deferred' && verdict.until > row.from_at ? verdict.until : row.from_at
      const phone = numbers ? numbers.get(row.customer_no)?.addresses.phone : display?.['phone']
      return [
        row.id,
        row.channel,
        row.campaign,
        row.title,
        row.team ?? '',
        String(row.customer_no),
        display?.['name'] ?? '',
        phone ?? '',
        notBefore.toISOString(),
        row.due_at.toISOString(),
      ]
    })
    if (take)
      await sql`update campaigns.task set state = 'claimed', claimed_by = ${workerOf(ctx)}, claimed_name = ${ctx.actor.name},
        claimed_at = ${ctx.now()} where id = any(${listed.map(({ id }) => id)}::bigint[])`.execute(ctx.pg)
    await ctx.audit.record(ctx, {
      action: 'task.export',
      subject: campaignId === undefined ? 'tasks' : `campaign:${campaignId}`,
      detail: { tasks: listed.length, refused, unmasked, take },
    })
    if (unmasked && purpose !== undefined)
      await ctx.audit.recordAll(
        ctx,
        listed.map(({ id, customer_no }) => ({
          action: 'task.exportNumber',
          subject: { customerNo: customer_no },
          purpose,
          detail: { task: Number(id) },
        })),
      )
    return {
      csv: `\uFEFF${[header, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`,
      tasks: listed.length,
      refused,
      more: rows.length > most,
    }
  })
}
