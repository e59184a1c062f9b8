import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '#platform'
import { problem } from './problem.ts'
import type { AnswerTemplate, NewAnswerTemplate, NewReason, TicketReason } from './ticket-contract.ts'

/** Reasons of tickets as a tree of two steps, and beginnings of answers. */

export const listReasons = async (ctx: Ctx): Promise<{ items: TicketReason[] }> => {
  const { rows } = await sql<TicketReason>`
    select r.key, r.parent, r.name, r.name_en as "nameEn",
      (select count(*)::int from opinion.ticket t where t.reason = r.key and t.drill_id = 0) as tickets
    from opinion.ticket_reason r where r.retired_at is null order by coalesce(r.parent, r.key), r.parent is not null, r.key`.execute(
    ctx.pg,
  )
  return { items: rows }
}

/** @throws problem.reasonTaken, problem.reasonUnknown when the parent is none or has a parent itself */
export const addReason = (ctx: Ctx, { key, parent, name, nameEn }: z.output<typeof NewReason>) =>
  ctx.tx(async (ctx) => {
    if (parent !== null) {
      const { rows } =
        await sql`select 1 from opinion.ticket_reason where key = ${parent} and parent is null and retired_at is null`.execute(
          ctx.pg,
        )
      if (rows.length === 0) throw problem.reasonUnknown({ reason: parent })
    }
    const { rows } = await sql<{ key: string }>`
      insert into opinion.ticket_reason (key, parent, name, name_en) values (${key}, ${parent}::text, ${name}, ${nameEn})
      on conflict (key) do update set retired_at = null, name = excluded.name, name_en = excluded.name_en, parent = excluded.parent
        where opinion.ticket_reason.retired_at is not null returning key`.execute(ctx.pg)
    if (rows.length === 0) throw problem.reasonTaken({ key })
    const list = await listReasons(ctx)
    await ctx.audit.record(ctx, { action: 'ticket.addReason', subject: `ticketReason:${key}`, detail: { parent } })
    return list
  })

/** A reason that is not chosen any more; tickets keep it. */
export const retireReason = (ctx: Ctx, { key }: { key: string }) =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ key: string }>`
      update opinion.ticket_reason set retired_at = ${ctx.now()} where (key = ${key} or parent = ${key}) and retired_at is null returning key`.execute(
      ctx.pg,
    )
    if (rows.length === 0) throw problem.reasonUnknown({ reason: key })
    const list = await listReasons(ctx)
    await ctx.audit.record(ctx, { action: 'ticket.retireReason', subject: `ticketReason:${key}` })
    return list
  })

export const listAnswerTemplates = async (ctx: Ctx): Promise<{ items: AnswerTemplate[] }> => {
  const { rows } = await sql<AnswerTemplate>`
    select id, name, reason, body from opinion.answer_template where retired_at is null order by name, id`.execute(
    ctx.pg,
  )
  return { items: rows }
}

export const addAnswerTemplate = (ctx: Ctx, { name, reason, body }: z.output<typeof NewAnswerTemplate>) =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: number }>`
      insert into opinion.answer_template (name, reason, body, changed_at, changed_by)
      values (${name}, ${reason}::text, ${body}, ${ctx.now()}, ${ctx.actor.name}) returning id`.execute(ctx.pg)
    const list = await listAnswerTemplates(ctx)
    await ctx.audit.record(ctx, {
      action: 'ticket.addTemplate',
      subject: `answerTemplate:${rows[0]?.id}`,
      detail: { name },
    })
    return list
  })

/** @throws problem.templateUnknown */
export const retireAnswerTemplate = (ctx: Ctx, { id }: { id: number }) =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: number }>`
      update opinion.answer_template set retired_at = ${ctx.now()} where id = ${id} and retired_at is null returning id`.execute(
      ctx.pg,
    )
    if (rows.length === 0) throw problem.templateUnknown({ template: id })
    const list = await listAnswerTemplates(ctx)
    await ctx.audit.record(ctx, { action: 'ticket.retireTemplate', subject: `answerTemplate:${id}` })
    return list
  })
