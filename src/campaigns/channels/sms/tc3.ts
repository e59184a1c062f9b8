import { createHash, createHmac } from 'node:crypto'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/**
 * The header Authorization of Tencent Cloud's third signature (TC3-HMAC-SHA256) over a POST of JSON.
 * @param headers those that are signed, names in small letters; `content-type` and `host` at least
 * @param atSeconds Unix time; more than five minutes off is refused
 * Source: https://cloud.tencent.com/document/api/382/52072; its worked example is in signatures.test.ts
 */
export const tc3Authorization = ({
  service,
  headers,
  body,
  atSeconds,
  secretId,
  secretKey,
}: {
  service: string
  headers: Readonly<Record<string, string>>
  body: string
  atSeconds: number
  secretId: string
  secretKey: string
}): string => {
  const names = Object.keys(headers).sort()
  const canonical = names.map((name) => `${name}:${(headers[name] ?? '').trim().toLowerCase()}\n`).join('')
  const signed = names.join(';')
  const request = ['POST', '/', '', canonical, signed, sha256(body)].join('\n')
  const day = new Date(atSeconds * 1_000).toISOString().slice(0, 10)
  const scope = `${day}/${service}/tc3_request`
  const toSign = ['TC3-HMAC-SHA256', String(atSeconds), scope, sha256(request)].join('\n')
  const key = hmac(hmac(hmac(`TC3${secretKey}`, day), service), 'tc3_request')
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  return `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
}
