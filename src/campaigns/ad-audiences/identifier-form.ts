import { createHash } from 'node:crypto'
import type { AdPlatform } from './ad-contract.ts'

/**
 * How identifiers are written for platforms: pure.
 * Sources: Tencent Ads `custom_audience_files/add` (user_id_type) and its page on customer files; Ocean Engine `data_type`
 * (14 SHA-256 of the phone, 15 OAID, 16 MD5 of the OAID, 17 MD5 of the phone).
 */

export type AdIdentifierKind = 'phone' | 'deviceId' | 'wechatOpenId'

interface Form {
  kind: AdIdentifierKind
  /** Undefined: the value is none of this form. */
  write(value: string): string | undefined
}

const hex = (algorithm: 'md5' | 'sha256', text: string) => createHash(algorithm).update(text).digest('hex')

/** Eleven digits of a mainland mobile. */
const mobile = (value: string): string | undefined => /^(?:\+?86)?(1\d{10})$/.exec(value)?.[1]
const imei = (value: string): string | undefined =>
  /^(?:\d{14,15}|a0[0-9a-f]{12,13})$/i.test(value) ? value.toLowerCase() : undefined
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const zeros = /^[0-]+$/
const idfa = (value: string): string | undefined =>
  uuid.test(value) && !zeros.test(value) ? value.toUpperCase() : undefined
/** Android's advertising id: 16 to 64 hexadecimal digits, or a UUID on some makes. Kept as the device says it. */
const oaid = (value: string): string | undefined =>
  (uuid.test(value) || /^[0-9a-f]{16,64}$/i.test(value)) && !zeros.test(value) && !imei(value) ? value : undefined

const form = (kind: AdIdentifierKind, normal: (value: string) => string | undefined, algorithm?: 'md5' | 'sha256') => ({
  kind,
  write: (value: string) => {
    const text = normal(value)
    return text === undefined || algorithm === undefined ? text : hex(algorithm, text)
  },
})

const md5Phone = form('phone', mobile, 'md5')
const sha256Phone = form('phone', mobile, 'sha256')

const forms: Readonly<Record<AdPlatform, Readonly<Record<string, Form>>>> = {
  tencent: {
    HASH_MOBILE_PHONE: md5Phone,
    SHA256_MOBILE_PHONE: sha256Phone,
    HASH_IMEI: form('deviceId', imei, 'md5'),
    HASH_OAID: form('deviceId', oaid, 'md5'),
    OAID: form('deviceId', oaid),
    IDFA: form('deviceId', idfa),
    WECHAT_OPENID: form('wechatOpenId', (value) => (value === '' ? undefined : value)),
  },
  oceanEngine: {
    14: sha256Phone,
    17: md5Phone,
    15: form('deviceId', oaid),
    16: form('deviceId', oaid, 'md5'),
  },
  other: { SHA256_MOBILE_PHONE: sha256Phone, MD5_MOBILE_PHONE: md5Phone },
}

/** @throws Error for a form that the platform does not take, which the border lets nobody ask for */
export const formOf = (platform: AdPlatform, name: string): Form => {
  const found = forms[platform][name]
  if (!found) throw new Error(`${platform} takes no ${name}`)
  return found
}
