import type { ContentRequest, Finding, FindingReason } from './content-contract.ts'
import { addressesIn } from './fold.ts'

/** One step of a redirect chain: the status and the Location header. Real ones speak HTTP, tests a server of ours. */
export type Hop = (url: URL) => Promise<{ status: number; location: string | null }>

const patienceMs = 5_000

/** Asks one address without following. */
export const askHop: Hop = async (url) => {
  const response = await fetch(url, { method: 'GET', redirect: 'manual', signal: AbortSignal.timeout(patienceMs) })
  await response.body?.cancel()
  return { status: response.status, location: response.headers.get('location') }
}

/** Whether a host is one of ours; `*.example.com` stands for every host below, not for example.com itself. */
export const isOwnHost = (host: string, own: readonly string[]): boolean =>
  own.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one))

const asUrl = (text: string): URL | undefined => {
  const given = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`
  const url = URL.canParse(given) ? new URL(given) : undefined
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined
}

const finding = (
  reason: FindingReason,
  url: string,
  where: { start: number; end: number } | undefined,
  values: Finding['values'] = {},
  action: Finding['action'] = 'block',
): Finding => ({
  rule: `E.${reason}`,
  category: 'E',
  action,
  article: reason === 'foreignHost' ? 'fraud.32' : 'fin.jump',
  reason,
  manner: where ? 'plain' : 'missing',
  start: where?.start ?? null,
  end: where?.end ?? null,
  matched: where ? url : '',
  values: { url, ...values },
})

/**
 * Links of a text and of its buttons that do not lead to hosts of ours (R9, M5). Pure. As long as nobody has said which
 * hosts are ours this only flags. Placeholders of templates are left for when they are filled.
 */
export const hostFindings = ({ text, links = [] }: ContentRequest, own: readonly string[]): Finding[] => {
  const standing = addressesIn(text)
    .filter(({ text }) => !text.includes('@') || text.includes('://'))
    .map(({ start, end, text }) => ({ where: { start, end }, text }))
  return [...standing, ...links.map((text) => ({ where: undefined, text }))].flatMap(({ text: address, where }) => {
    if (address.includes('{{') || /^(?:tel|mailto|sms):/i.test(address)) return []
    const url = asUrl(address)
    if (url && isOwnHost(url.hostname, own)) return []
    return [finding('foreignHost', address, where, {}, own.length === 0 ? 'flag' : 'block')]
  })
}

/**
 * Follows a link to the page it ends on. Only hosts of ours are ever asked, so nobody can make the server call elsewhere.
 * @returns the addresses passed, and what is wrong: a foreign host, more redirects than allowed, nobody answers
 */
export const followLink = async (
  given: string,
  { own, maxRedirects, ask = askHop }: { own: readonly string[]; maxRedirects: number; ask?: Hop },
): Promise<{ hops: string[]; finding: Finding | null }> => {
  const hops: string[] = []
  let url = asUrl(given)
  for (let redirects = 0; ; redirects++) {
    if (!url || !isOwnHost(url.hostname, own))
      return { hops: url ? [...hops, url.href] : hops, finding: finding('foreignHost', url?.href ?? given, undefined) }
    hops.push(url.href)
    if (redirects > maxRedirects)
      return { hops, finding: finding('tooManyJumps', given, undefined, { allowed: maxRedirects }) }
    let answer: Awaited<ReturnType<Hop>>
    try {
      answer = await ask(url)
    } catch (error) {
      const why = error instanceof Error ? error.name : 'failed'
      return { hops, finding: finding('unreachableLanding', given, undefined, { why }) }
    }
    const { status, location } = answer
    if (status < 300 || status >= 400 || location === null) {
      const lost = status >= 400 ? finding('unreachableLanding', given, undefined, { why: status }) : null
      return { hops, finding: lost }
    }
    const from: string = url.href
    url = URL.canParse(location, from) ? new URL(location, from) : undefined
  }
}
