import type { FastifyRequest } from 'fastify'
import { problem } from './problem.ts'
import { sessionToken } from './sessions.ts'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses a change that another site's page may have sent with our user's cookie: what carries a session cookie needs
 * the header `x-zhiyin: 1` (no form can set it, and a script of another origin may not), and when the browser names an
 * origin it has to be ours. A key in `Authorization` proves itself: no browser adds it unasked.
 * @throws platform.originRefused
 */
export const checkOrigin = (request: FastifyRequest): void => {
  if (READS.has(request.method) || /^bearer /i.test(request.headers.authorization ?? '')) return
  checkSameSite(request)
  if (sessionToken(request) !== undefined && request.headers['x-zhiyin'] !== '1')
    throw problem.originRefused({ needs: 'header x-zhiyin: 1' })
}

/**
 * The half of `checkOrigin` that also holds before anybody is signed in: nobody may be signed in by another site's page.
 * @throws platform.originRefused
 */
export const checkSameSite = (request: FastifyRequest): void => {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw problem.originRefused()
  const { origin } = request.headers
  // Fetch metadata is the browser's own word about the address it used; a proxy may have changed the host we see.
  if (origin !== undefined && site !== 'same-origin' && !isOurs(origin, request.host)) throw problem.originRefused()
}

const isOurs = (origin: string, host: string): boolean => {
  const given = URL.parse(origin)
  // Through `URL` so that a default port written out counts as left out. Schemes may differ: TLS often ends at a proxy.
  return given !== null && given.host !== '' && given.host === URL.parse(`${given.protocol}//${host}`)?.host
}
