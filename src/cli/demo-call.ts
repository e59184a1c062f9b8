import type { App } from '../app.ts'
import { unwrap } from './connect.ts'

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH'

/** A request of one person, as his browser sends it. @throws Problem as the server told it */
export type Call = <T>(verb: Verb, url: string, body?: object) => Promise<T>

const callerWith =
  (app: App, headers: Record<string, string>): Call =>
  async <T>(method: Verb, url: string, body?: object): Promise<T> => {
    const answer = await app.http.app.inject({ method, url, headers, ...(body && { payload: body }) })
    return unwrap<T>({
      status: answer.statusCode,
      body: answer.body === '' ? undefined : (JSON.parse(answer.body) as unknown),
    })
  }

/** The administrator of this machine. */
export const callerOf = (app: App): Call => callerWith(app, app.http.localHeaders)

/** Somebody who has signed in. */
export const callerSignedIn = (app: App, cookie: string): Call => callerWith(app, { cookie, 'x-zhiyin': '1' })

/** Takes events as an app or a core system of the company would send them. */
export type Track = (messages: readonly object[]) => Promise<void>

const perBatch = 200

/** @returns a sender with a write key of the source of that name, which is made when it is missing */
export const trackerOf = async (app: App, name: string): Promise<Track> => {
  const call = callerOf(app)
  const { items } = await call<{ items: { id: string; name: string }[] }>('GET', '/api/sources')
  const source = items.find((one) => one.name === name)
  const { writeKey } = source
    ? await call<{ writeKey: string }>('POST', `/api/sources/${source.id}/rotate-key`)
    : await call<{ writeKey: string }>('POST', '/api/sources', { name, kind: 'app' })
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
  return async (messages) => {
    for (let from = 0; from < messages.length; from += perBatch)
      await app.http.app.inject({
        method: 'POST',
        url: '/v1/batch',
        headers: { authorization },
        payload: { batch: messages.slice(from, from + perBatch) },
      })
  }
}
