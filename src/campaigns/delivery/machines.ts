/**
 * Who follows links without being the reader: scanners of mail servers, previews of chat programs, programs that load ahead. What
 * they fetch is counted apart and says nothing about a person.
 */

export interface Visit {
  method: string
  headers: Readonly<Record<string, string | string[] | undefined>>
}

/** By what they call themselves. Browsers inside WeChat, QQ and apps are people. */
const called =
  /bot\b|bot\/|crawl|spider|slurp|scan(?:ner)?\b|preview|monitor|fetcher|barracuda|mimecast|proofpoint|symantec|trendmicro|fortinet|forcepoint|cisco-?(?:ironport|ces)|sophos|safelinks|microsoft office|ms-office|outlook-?(?:service|safelink)|virustotal|urlscan|phantomjs|headlesschrome|lighthouse|facebookexternalhit|whatsapp|telegram|slack|discord|skype|okhttp|python|curl\/|wget|go-http-client|java\/|apache-httpclient|axios|node-fetch|undici|libwww|guzzle|ruby|perl/i

/** Gmail and Yahoo load pictures through their own machines, Apple's mail privacy when a mail arrives; Apple says no more than this. */
const pictureProxies = /googleimageproxy|yahoomailproxy|^mozilla\/5\.0$|applemailproxy/i

const text = (value: string | string[] | undefined): string => (Array.isArray(value) ? value.join(' ') : (value ?? ''))

/** Sooner after the mail left nobody has read it. */
const soonestMs = 2_000

/**
 * Whether a machine followed a link or fetched the picture.
 * @param sinceSentMs of a mail, milliseconds since it left; undefined where that says nothing
 */
export const isMachine = ({ method, headers }: Visit, picture: boolean, sinceSentMs?: number): boolean => {
  if (method === 'HEAD') return true
  const agent = text(headers['user-agent']).trim()
  if (agent === '' || called.test(agent) || (picture && pictureProxies.test(agent))) return true
  const purpose = ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].map((name) => text(headers[name])).join(' ')
  if (/prefetch|prerender|preview/i.test(purpose)) return true
  return sinceSentMs !== undefined && sinceSentMs < soonestMs
}
