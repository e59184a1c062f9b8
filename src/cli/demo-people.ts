import { randomBytes } from 'node:crypto'
import type { App } from '../app.ts'
import { type Call, callerOf, callerSignedIn } from './demo-call.ts'

/** Who works at the made-up company. Nobody may approve what he wrote, so it takes three. */
const staff = {
  marketer: { login: 'lin', name: '林小满', roles: ['marketer'], does: '写活动 writes campaigns' },
  reviewer: { login: 'chen', name: '陈律', roles: ['compliance', 'legal'], does: '审核 reviews them' },
  protector: {
    login: 'wang',
    name: '王珂',
    roles: ['compliance'],
    does: '消保意见 gives the consumer-protection opinion',
  },
  spokesman: { login: 'su', name: '苏晴', roles: ['pr'], does: '公关 speaks for the company' },
  agent: { login: 'zhou', name: '周敏', roles: ['service'], does: '外呼任务 calls customers' },
} as const

type Post = keyof typeof staff
const posts = Object.keys(staff) as Post[]

export type Staff = Record<Post, { call: Call; name: string; login: string; password: string; does: string }>

const signIn = async (app: App, login: string, oneTime: string): Promise<{ call: Call; password: string }> => {
  const session = async (url: string, body: object, cookie?: string) => {
    const answer = await app.http.app.inject({
      method: 'POST',
      url,
      headers: cookie === undefined ? {} : { cookie, 'x-zhiyin': '1' },
      payload: body,
    })
    const [given] = answer.cookies
    if (answer.statusCode >= 400 || !given) throw new Error(`${login} cannot sign in: ${answer.body}`)
    return `${given.name}=${given.value}`
  }
  const password = `${randomBytes(3).toString('hex')}-${randomBytes(3).toString('hex')}-${randomBytes(3).toString('hex')}`
  const first = await session('/api/session', { login, password: oneTime })
  // The first password works once, for anybody.
  const cookie = await session('/api/session/password', { password: oneTime, newPassword: password }, first)
  return { call: callerSignedIn(app, cookie), password }
}

/** Makes the people, or gives those of an interrupted start new passwords, and signs them in. */
export const staffOf = async (app: App): Promise<Staff> => {
  const admin = callerOf(app)
  const { items } = await admin<{ items: { id: string; login: string }[] }>('GET', '/api/users')
  const made = await Promise.all(
    posts.map(async (post) => {
      const { login, name, roles, does } = staff[post]
      const known = items.find((one) => one.login === login)
      const { password: oneTime } = known
        ? await admin<{ password: string }>('POST', `/api/users/${known.id}/reset-password`, {})
        : await admin<{ password: string }>('POST', '/api/users', { login, name, roles: [...roles] })
      return [post, { ...(await signIn(app, login, oneTime)), login, name, does }] as const
    }),
  )
  return Object.fromEntries(made) as Staff
}
