import { z } from 'zod'
import type { CallAnswer } from '#platform'
import type { ProviderWorld } from '../../delivery/adapter.ts'
import { callProvider, jsonIn } from '../../delivery/call-provider.ts'

/**
 * Calls of WeCom's server API with an access token that all processes share.
 * Source: https://developer.work.weixin.qq.com/document/path/91039 (gettoken), 92135 (add_msg_template), 93338 (results),
 * 92994 (contacts of members), 96302 (change_external_contact), 90313 (error codes)
 */

export interface WecomSettings {
  corpId: string
  endpoint: string
}

/** What the platform said no to, by its number. */
export interface Refused {
  errcode: number
  errmsg: string
}

/** The account itself is not let in: wrong secret, address not on its list. */
export class TokenRefused extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super(`${refused.errcode}: ${refused.errmsg}`)
    this.refused = refused
  }
}

/** A call that reads was refused; nothing was done by it. */
export class ReadRefused extends Error {
  readonly errcode: number
  constructor(message: string, errcode: number) {
    super(message)
    this.errcode = errcode
  }
}

const Failure = z.object({ errcode: z.number().int(), errmsg: z.string().default('') })
const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().int() })

/** The token is renewed this long before it ends, so that a slow request does not outlive it. */
const spareSeconds = 300
const tokenName = 'accessToken'

/** @throws NoAnswer, TokenRefused */
const accessToken = async (world: ProviderWorld<WecomSettings>, stale: string | undefined): Promise<string> => {
  const kept = await world.memo.read(tokenName)
  // Another process may have renewed it since; asking too often is refused with 45009.
  if (kept !== undefined && kept !== stale) return kept
  const query = new URLSearchParams({ corpid: world.settings.corpId, corpsecret: world.secrets.corpSecret ?? '' })
  const answer = await callProvider(world, `${world.settings.endpoint}/cgi-bin/gettoken?${query.toString()}`, {
    method: 'GET',
  })
  const json = jsonIn(answer.body)
  const token = Token.safeParse(json)
  if (!token.success)
    throw new TokenRefused(Failure.safeParse(json).data ?? { errcode: answer.status, errmsg: 'no access token' })
  const { access_token, expires_in } = token.data
  const lives = Math.max(60, expires_in - spareSeconds) * 1_000
  await world.memo.write(tokenName, access_token, new Date(world.now().getTime() + lives))
  return access_token
}

/** Invalid, or expired. */
const tokenFaults = new Set([40001, 40014, 42001])

/**
 * One call. A token that is not taken any more is renewed once: what was refused for it was not done.
 * @returns the answer's JSON, or what the platform refused with
 * @throws NoAnswer, TokenRefused
 */
export const callWecom = async (
  world: ProviderWorld<WecomSettings>,
  path: string,
  payload: { body: unknown } | { query: Readonly<Record<string, string>> },
): Promise<{ answer: unknown } | { refused: Refused } | { odd: CallAnswer }> => {
  let stale: string | undefined
  for (;;) {
    const token = await accessToken(world, stale)
    const query = new URLSearchParams({ access_token: token, ...('query' in payload && payload.query) })
    const answer = await callProvider(
      world,
      `${world.settings.endpoint}${path}?${query.toString()}`,
      'body' in payload
        ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload.body) }
        : { method: 'GET' },
    )
    const json = jsonIn(answer.body)
    const failure = Failure.safeParse(json)
    if (failure.success && failure.data.errcode !== 0) {
      if (tokenFaults.has(failure.data.errcode) && stale === undefined) {
        stale = token
        continue
      }
      return { refused: failure.data }
    }
    if (answer.status !== 200 || json === undefined) return { odd: answer }
    return { answer: json }
  }
}

/** A call that changes nothing. @throws NoAnswer, TokenRefused, ReadRefused */
export const readWecom = async <T>(
  world: ProviderWorld<WecomSettings>,
  path: string,
  payload: { body: unknown } | { query: Readonly<Record<string, string>> },
  schema: z.ZodType<T>,
): Promise<T> => {
  const result = await callWecom(world, path, payload)
  if ('refused' in result)
    throw new ReadRefused(`${result.refused.errcode}: ${result.refused.errmsg}`, result.refused.errcode)
  if ('odd' in result) throw new ReadRefused(`HTTP ${result.odd.status}`, result.odd.status)
  const read = schema.safeParse(result.answer)
  if (!read.success) throw new ReadRefused(`${path}: an answer of another shape`, 0)
  return read.data
}
