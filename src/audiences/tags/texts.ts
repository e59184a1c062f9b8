import { analyseText, type Ctx, ch, sentimentModel, type Topic } from '#platform'
import type { TextSettings } from './contract.ts'
import './tables.ts'

const { sql, str, moment } = ch

/** Topics of a lender's customers, until somebody writes others. */
const firstTopics: readonly Topic[] = [
  { name: '利率费用', words: ['利率', '利息', '费用', '手续费', '年化', '违约金', '罚息', '服务费'] },
  { name: '还款', words: ['还款', '扣款', '代扣', '提前还', '结清', '账单', '分期'] },
  { name: '额度', words: ['额度', '提额', '降额', '授信'] },
  { name: '审批', words: ['审批', '审核', '拒绝', '通不过', '申请失败', '放款', '到账'] },
  { name: '催收', words: ['催收', '骚扰', '打电话给家人', '威胁', '爆通讯录'] },
  { name: '征信', words: ['征信', '信用报告', '上报'] },
  { name: '营销打扰', words: ['推销', '营销电话', '短信轰炸', '退订', '广告'] },
  { name: '客服服务', words: ['客服', '态度', '排队', '转人工', '没人接', '服务'] },
  { name: '应用体验', words: ['闪退', '卡顿', '打不开', '登录', '验证码', '界面', '更新'] },
  { name: '隐私安全', words: ['泄露', '隐私', '盗刷', '诈骗', '冒用', '信息安全'] },
]

/** Which properties of which events hold text, and the topics. */
export const readTextSettings = async (ctx: Ctx): Promise<TextSettings> => {
  const [sources, topics] = await Promise.all([
    ctx.pg.selectFrom('audiences.text_source').select(['event', 'property']).orderBy('id').execute(),
    readTopics(ctx),
  ])
  return { sources, topics: topics.map(({ name, words }) => ({ name, words: [...words] })) }
}

const readTopics = async (ctx: Ctx): Promise<readonly Topic[]> => {
  const rows = await ctx.pg.selectFrom('audiences.text_topic').select(['name', 'words']).orderBy('name').execute()
  return rows.length > 0 ? rows : firstTopics
}

/** Sources and topics as given; texts read before keep what was found in them. */
export const writeTextSettings = (ctx: Ctx, { sources, topics }: TextSettings): Promise<TextSettings> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const before = await ctx.pg.selectFrom('audiences.text_source').selectAll().execute()
    const wanted = new Map(sources.map((source) => [`${source.event}\n${source.property}`, source]))
    const gone = before.filter(({ event, property }) => !wanted.has(`${event}\n${property}`))
    for (const { id } of gone) await ctx.pg.deleteFrom('audiences.text_source').where('id', '=', id).execute()
    if (wanted.size > 0)
      await ctx.pg
        .insertInto('audiences.text_source')
        .values([...wanted.values()])
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    await ctx.pg.deleteFrom('audiences.text_topic').execute()
    const named = new Map(topics.map((topic) => [topic.name, topic.words]))
    if (named.size > 0)
      await ctx.pg
        .insertInto('audiences.text_topic')
        .values([...named].map(([name, words]) => ({ name, words, changed_at: now, changed_by: ctx.actor.name })))
        .execute()
    const settings = await readTextSettings(ctx)
    await ctx.audit.record(ctx, { action: 'tag.texts', detail: { sources: sources.length, topics: topics.length } })
    return settings
  })

const block = 2_000
const columns = [
  'customer_no',
  'ts',
  'message_hash',
  'event',
  'property',
  'sentiment',
  'score',
  'keywords',
  'topics',
  'model',
]

interface Row {
  customer_no: number
  ts: string
  message_hash: string
  received_at: string
  text: string
}

/**
 * Reads the texts of events that came since the last time. May run twice: what was found of an event replaces itself.
 * @returns how many texts were read
 */
export const readTexts = async (ctx: Ctx, signal?: AbortSignal): Promise<number> => {
  const sources = await ctx.pg.selectFrom('audiences.text_source').selectAll().execute()
  const topics = await readTopics(ctx)
  let read = 0
  for (const { id, event, property, read_until } of sources) {
    // A batch of events still on its way may carry an earlier time of arrival: a minute is read again each time.
    const from = new Date(read_until.getTime() - 60_000)
    let newest = read_until
    for await (const rows of ctx.ch.stream<Row>(
      sql`select e.customer_no as customer_no, toString(e.ts) as ts, toString(e.message_hash) as message_hash, toString(e.received_at) as received_at, JSONExtractString(e.properties, ${str(property)}) as text from events as e where e.event = ${str(event)} and e.received_at > ${moment(from)} and text != '' and (e.customer_no, e.ts, e.message_hash) not in (select customer_no, ts, message_hash from tag_texts where event = ${str(event)} and property = ${str(property)} and model = ${str(sentimentModel)})`,
      { settings: { max_block_size: block } },
    )) {
      signal?.throwIfAborted()
      const found = rows.map(({ customer_no, ts, message_hash, text }) => {
        const { sentiment, score, keywords, topics: about } = analyseText(text, topics)
        return {
          customer_no,
          ts,
          message_hash,
          event,
          property,
          sentiment,
          score,
          keywords,
          topics: about,
          model: sentimentModel,
        }
      })
      await ctx.ch.insert('tag_texts', found, { columns })
      read += found.length
      for (const { received_at } of rows) {
        const at = new Date(`${received_at.replace(' ', 'T')}Z`)
        if (at > newest) newest = at
      }
    }
    if (newest > read_until)
      await ctx.pg.updateTable('audiences.text_source').set({ read_until: newest }).where('id', '=', id).execute()
  }
  if (read > 0) ctx.log.info({ texts: read }, 'texts read')
  return read
}
