import { z } from 'zod'
import type { CallAnswer } from '#platform'
import type { ProviderWorld } from '../../delivery/adapter.ts'
import { callProvider, jsonIn } from '../../delivery/call-provider.ts'

/**
 * Calls of the official account's server API with an access token that all processes share.
 * Source: https://developers.weixin.qq.com/doc/service (stable_token, message/custom/send, subscribe/bizsend, qrcode/create)
 */

export interface WechatSettings {
  appId: string
  endpoint: string
}

const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().int() })
const Failure = z.object({ errcode: z.number().int(), errmsg: z.string().default('') })

/** What the platform said no to, by its number. */
export interface Refused {
  errcode: number
  errmsg: string
}

/** The token is renewed this long before it ends, so that a slow request does not outlive it. */
const spareSeconds = 300
const tokenName = 'accessToken'

/** @throws NoAnswer, or an Error that says which code the platform refused with */
const accessToken = async (world: ProviderWorld<WechatSettings>, renew: boolean): Promise<string> => {
  const kept = renew ? undefined : await world.memo.read(tokenName)
  if (kept !== undefined) return kept
  const { endpoint, appId } = world.settings
  // The stable one: asking again gives the same token, so two processes do not take each other's away.
  const answer = await callProvider(world, `${endpoint}/cgi-bin/stable_token`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: appId,
      secret: world.secrets.appSecret ?? '',
      force_refresh: false,
    }),
  })
  const token = Token.safeParse(jsonIn(answer.body))
  if (!token.success) {
    const failure = Failure.safeParse(jsonIn(answer.body))
    throw new TokenRefused(failure.data ?? { errcode: answer.status, errmsg: 'no access token' })
  }
  const { access_token, expires_in } = token.data
  const lives = Math.max(60, expires_in - spareSeconds) * 1_000
  await world.memo.write(tokenName, access_token, new Date(world.now().getTime() + lives))
  return access_token
}

/** The account itself is not let in: wrong secret, address not on its list. */
export class TokenRefused extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super(`${refused.errcode}: ${refused.errmsg}`)
    this.refused = refused
  }
}

/** Expired, or taken away by somebody who asked for another one. */
const tokenFaults = new Set([40001, 40014, 42001])

/**
 * One call. A token that is not taken any more is renewed once: what was refused for it was not done.
 * @returns the answer's JSON, or what the platform refused with
 * @throws NoAnswer, TokenRefused
 */
export const callWechat = async (
  world: ProviderWorld<WechatSettings>,
  path: string,
  payload: unknown,
): Promise<{ answer: unknown } | { refused: Refused } | { odd: CallAnswer }> => {
  for (let renewed = false; ; renewed = true) {
    const token = await accessToken(world, renewed)
    const answer = await callProvider(
      world,
      `${world.settings.endpoint}${path}?access_token=${encodeURIComponent(token)}`,
      { headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) },
    )
    const json = jsonIn(answer.body)
    const failure = Failure.safeParse(json)
    if (failure.success && failure.data.errcode !== 0) {
      if (tokenFaults.has(failure.data.errcode) && !renewed) continue
      return { refused: failure.data }
    }
    if (answer.status !== 200 || json === undefined) return { odd: answer }
    return { answer: json }
  }
}
