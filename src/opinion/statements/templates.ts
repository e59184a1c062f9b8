import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, readSetting } from '#platform'
import { problem } from './problem.ts'
import type { NewTemplate, StatementKind, StatementTemplate, Suggestion } from './statement-contract.ts'

/**
 * Beginnings of statements. What stands in 【】 is filled in by a person; `{{公司}}` and the like by the program; `{{事实}}`
 * by the facts that are cited.
 */
const builtIn: readonly StatementTemplate[] = [
  {
    id: null,
    kind: 'holding',
    name: '先期回应',
    title: '关于{{事件}}的说明',
    body: '近日，我们注意到有关“{{事件}}”的信息。{{公司}}对此高度重视，已第一时间成立专项工作组开展核查。\n\n核查情况我们将及时向社会公布。如您有相关线索或诉求，请联系【客服电话】，我们会认真对待每一位客户的反映。\n\n{{公司}}\n{{日期}}',
  },
  {
    id: null,
    kind: 'apology',
    name: '致歉声明',
    title: '致歉信',
    body: '就“{{事件}}”一事，经核查，情况如下：\n\n{{事实}}\n\n我们向受到影响的客户诚恳致歉。我们将采取以下措施：\n1. 【补救措施与完成时间】\n2. 【整改措施与责任部门】\n3. 【受影响客户如何联系与办理】\n\n感谢社会各界的监督。\n\n{{公司}}\n{{日期}}',
  },
  {
    id: null,
    kind: 'clarification',
    name: '情况说明',
    title: '关于{{事件}}的情况说明',
    body: '近日，网络上出现关于“{{事件}}”的讨论。经核查，现将有关情况说明如下：\n\n{{事实}}\n\n欢迎客户通过【客服电话】或官方渠道核实、反映问题。\n\n{{公司}}\n{{日期}}',
  },
  {
    id: null,
    kind: 'progress',
    name: '进展通报',
    title: '关于{{事件}}的进展通报',
    body: '现将“{{事件}}”的处理进展通报如下：\n\n一、已完成\n{{事实}}\n\n二、正在进行\n【正在进行的工作与预计时间】\n\n三、下一步\n【下一次通报的时间】\n\n{{公司}}\n{{日期}}',
  },
  {
    id: null,
    kind: 'rebuttal',
    name: '辟谣声明',
    title: '关于网传“{{事件}}”不实信息的声明',
    body: '近日，网络上流传关于{{公司}}“{{事件}}”的信息。经核实，该信息不属实。事实如下：\n\n{{事实}}\n\n请不要传播未经核实的信息。对编造、传播不实信息的行为，我们将依法向平台举报，并保留追究法律责任的权利。\n\n{{公司}}\n{{日期}}',
  },
  {
    id: null,
    kind: 'media',
    name: '媒体答复',
    title: '对{{事件}}采访的答复',
    body: '【媒体名称】：\n\n贵方关于“{{事件}}”的采访提纲收悉，现答复如下：\n\n问：【问题】\n答：{{事实}}\n\n以上内容可署名{{公司}}引用，请完整引用。\n\n{{公司}}\n{{日期}}',
  },
]

/** Those of the program and the company's own, own ones first. */
export const listTemplates = async (ctx: Ctx): Promise<{ items: StatementTemplate[] }> => {
  const { rows } = await sql<StatementTemplate>`
    select id, kind, name, title, body from opinion.statement_template where retired_at is null order by kind, name, id`.execute(
    ctx.pg,
  )
  return { items: [...rows, ...builtIn] }
}

export const addTemplate = (ctx: Ctx, { kind, name, title, body }: z.output<typeof NewTemplate>) =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: number }>`
      insert into opinion.statement_template (kind, name, title, body, changed_at, changed_by)
      values (${kind}, ${name}, ${title}, ${body}, ${ctx.now()}, ${ctx.actor.name}) returning id`.execute(ctx.pg)
    const list = await listTemplates(ctx)
    await ctx.audit.record(ctx, {
      action: 'statement.template',
      subject: `statementTemplate:${rows[0]?.id}`,
      detail: { name, kind },
    })
    return list
  })

/** @throws problem.templateUnknown */
export const retireTemplate = (ctx: Ctx, { id }: { id: number }) =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: number }>`
      update opinion.statement_template set retired_at = ${ctx.now()} where id = ${id} and retired_at is null returning id`.execute(
      ctx.pg,
    )
    if (rows.length === 0) throw problem.templateUnknown({ template: id })
    const list = await listTemplates(ctx)
    await ctx.audit.record(ctx, { action: 'statement.retireTemplate', subject: `statementTemplate:${id}` })
    return list
  })

const day = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
})

/** A template with what the program knows put in; facts are numbered, or left open when none is chosen. */
export const fillTemplate = async (
  ctx: Ctx,
  template: Pick<StatementTemplate, 'title' | 'body'>,
  { story, facts }: { story: string; facts: readonly { fact: string }[] },
): Promise<{ title: string; body: string }> => {
  const known: Readonly<Record<string, string>> = {
    公司: (await readSetting(ctx, 'companyName')) ?? '【公司名称】',
    事件: story || '【事件】',
    日期: day.format(ctx.now()),
    事实:
      facts.length === 0
        ? '【请引用已批准的事实】'
        : facts.map(({ fact }, i) => (facts.length === 1 ? fact : `${i + 1}. ${fact}`)).join('\n'),
  }
  const fill = (text: string) =>
    text.replaceAll(/\{\{(\p{Script=Han}+)\}\}/gu, (whole, name: string) => known[name] ?? whole)
  return { title: fill(template.title).slice(0, 200), body: fill(template.body) }
}

const templateOf = async (ctx: Ctx, kind: StatementKind): Promise<StatementTemplate> => {
  const found = (await listTemplates(ctx)).items.find((one) => one.kind === kind)
  if (!found) throw new Error(`no template for ${kind}`)
  return found
}

/** What to say first: nothing said yet asks for a holding statement; a rumour with a fact against it for a rebuttal. */
export const suggestStatement = async (
  ctx: Ctx,
  { story, said, facts }: { story: string; said: boolean; facts: readonly { id: number; fact: string }[] },
): Promise<Suggestion> => {
  const reason = said ? 'progress' : facts.length > 0 ? 'rebuttal' : 'holding'
  const filled = await fillTemplate(ctx, await templateOf(ctx, reason), { story, facts })
  return { kind: reason, ...filled, facts: facts.map(({ id }) => id), reason }
}
