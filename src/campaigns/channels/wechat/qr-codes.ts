import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { readRows } from '#customers'
import { type Ctx, ch, problems, route } from '#platform'
import { openProvider, worldFor } from '../../delivery/provider-world.ts'
import { wechatOfficial } from './official-account.ts'
import { NewQrCode, type QrCode, QrCodes, QrPeople, QrPeopleQuery } from './qr-codes-contract.ts'
import { callWechat } from './wechat-api.ts'

declare module '#platform' {
  interface Tables {
    'campaigns.qr_code': {
      id: import('kysely').GeneratedAlways<number>
      provider_id: number
      name: string
      scene: string
      place: string
      campaign_id: number | null
      ticket: string
      url: string
      expires_at: Date | null
      created_at: Date
      created_by: string
    }
  }
}

const problem = problems('wechat', {
  unknownCode: { status: 404, title: 'There is no such QR code' },
  noAccount: { status: 404, title: 'There is no such official account' },
  sceneTaken: { status: 409, title: 'The account has a code of this scene' },
  refused: { status: 502, title: 'The platform refused' },
})

const Ticket = z.object({ ticket: z.string().min(1), url: z.string().min(1) })
const daySeconds = 86_400
const timeoutMs = 15_000

/**
 * A code of an official account whose scans come back with its scene.
 * @throws problem.noAccount, problem.sceneTaken, problem.refused
 */
const createQrCode = async (ctx: Ctx, { providerId, name, place, campaignId, days, ...asked }: NewQrCode) => {
  const row = await ctx.pg
    .selectFrom('campaigns.provider')
    .selectAll()
    .where('id', '=', providerId)
    .where('kind', '=', wechatOfficial.kind)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  const open = row && (await openProvider(ctx, row))
  if (!open) throw problem.noAccount({ providerId })
  const scene = asked.scene ?? randomBytes(8).toString('hex')
  const taken = ctx.pg.selectFrom('campaigns.qr_code').select('id').where('provider_id', '=', providerId)
  if (await taken.where('scene', '=', scene).executeTakeFirst()) throw problem.sceneTaken({ scene })
  const world = worldFor(ctx, open, AbortSignal.timeout(timeoutMs))
  const result = await callWechat(
    { ...world, settings: wechatOfficial.settings.parse(row.settings) },
    '/cgi-bin/qrcode/create',
    {
      ...(days !== undefined && { expire_seconds: days * daySeconds }),
      action_name: days === undefined ? 'QR_LIMIT_STR_SCENE' : 'QR_STR_SCENE',
      action_info: { scene: { scene_str: scene } },
    },
  )
  const ticket = 'answer' in result ? Ticket.safeParse(result.answer).data : undefined
  if (!ticket) throw problem.refused('refused' in result ? { ...result.refused } : {})
  const expires = days === undefined ? null : new Date(ctx.now().getTime() + days * daySeconds * 1_000)
  return ctx.tx(async (ctx) => {
    const { id } = await ctx.pg
      .insertInto('campaigns.qr_code')
      .values({
        provider_id: providerId,
        name,
        scene,
        place,
        campaign_id: campaignId ?? null,
        ...ticket,
        expires_at: expires,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'qrCode.create',
      subject: `qrCode:${id}`,
      detail: { name, scene, providerId },
    })
    return { id }
  })
}

const pictureOf = (ticket: string) => `https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`

/** Newest first, each with the people it brought. */
const listQrCodes = async (ctx: Ctx): Promise<{ items: QrCode[] }> => {
  const { rows } = await sql<{
    id: number
    provider_id: number
    account: string
    name: string
    scene: string
    place: string
    campaign_id: number | null
    ticket: string
    url: string
    expires_at: Date | null
    created_at: Date
    created_by: string
  }>`select q.*, p.name as account from campaigns.qr_code q join campaigns.provider p on p.id = q.provider_id
    order by q.id desc limit 1000`.execute(ctx.pg)
  const counted = await ctx.ch.rows<{ account: string; scene: string; scanned: string; followed: string }>(
    ch.sql`select JSONExtractString(properties, 'account') as account, JSONExtractString(properties, 'scene') as scene,
        uniqExact(customer_no) as scanned, uniqExactIf(customer_no, event = 'WeChat Followed') as followed
      from events where event in ('WeChat Followed', 'WeChat Code Scanned') and scene in ${ch.strings(rows.map(({ scene }) => scene))}
      group by account, scene`,
  )
  const byScene = new Map(counted.map((row) => [`${row.account} ${row.scene}`, row]))
  return {
    items: rows.map((row) => {
      const people = byScene.get(`${row.account} ${row.scene}`)
      return {
        id: row.id,
        providerId: row.provider_id,
        account: row.account,
        name: row.name,
        scene: row.scene,
        place: row.place,
        campaignId: row.campaign_id,
        pictureUrl: pictureOf(row.ticket),
        url: row.url,
        expiresAt: row.expires_at?.toISOString() ?? null,
        createdAt: row.created_at.toISOString(),
        createdBy: row.created_by,
        scanned: Number(people?.scanned ?? 0),
        followed: Number(people?.followed ?? 0),
      }
    }),
  }
}

/** Who scanned a code, by number; masked. @throws problem.unknownCode */
const qrPeople = async (ctx: Ctx, { id, followed, limit, after = 0 }: QrPeopleQuery & { id: number }) => {
  const { rows: codes } = await sql<{ scene: string; account: string }>`
    select q.scene, p.name as account from campaigns.qr_code q join campaigns.provider p on p.id = q.provider_id
    where q.id = ${id}`.execute(ctx.pg)
  const [code] = codes
  if (!code) throw problem.unknownCode({ id })
  const found = await ctx.ch.rows<{ no: number }>(
    ch.sql`select distinct customer_no as no from events
      where event in ${ch.strings(followed ? ['WeChat Followed'] : ['WeChat Followed', 'WeChat Code Scanned'])}
        and JSONExtractString(properties, 'account') = ${ch.str(code.account)}
        and JSONExtractString(properties, 'scene') = ${ch.str(code.scene)}
      limit 100000`,
  )
  const { rows } = await sql<{ no: number }>`
    select distinct root_no as no from customers.customer
    where no = any(${found.map(({ no }) => no)}::int[]) and root_no > ${after} order by 1 limit ${limit + 1}`.execute(
    ctx.pg,
  )
  const shown = rows.slice(0, limit).map(({ no }) => no)
  return { items: await readRows(ctx, shown), next: rows.length > limit ? String(shown.at(-1)) : null }
}

export const wechatRoutes = [
  route('GET /channels/qr-codes/{id}/people', {
    can: 'customers.read',
    summary: 'Who scanned a QR code; masked',
    params: z.object({ id: z.coerce.number().int().min(1) }),
    query: QrPeopleQuery,
    reply: QrPeople,
    run: qrPeople,
  }),
  route('GET /channels/qr-codes', {
    can: 'channels.read',
    summary: 'QR codes of official accounts with the people they brought',
    reply: QrCodes,
    run: listQrCodes,
  }),
  route('POST /channels/qr-codes', {
    can: 'campaigns.write',
    summary: 'Make a QR code whose scans come back with its scene',
    body: NewQrCode,
    reply: z.object({ id: z.int() }),
    status: 201,
    run: createQrCode,
  }),
]
