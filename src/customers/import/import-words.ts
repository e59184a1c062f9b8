import { CONSENT_STATUSES, type ConsentStatus, EVENT_TYPES, type EventType } from './mapping-contract.ts'

const narrowed = (text: string) => text.normalize('NFKC').trim().toLowerCase()

/** Words for a consent's state met in files, §5.6 of the reference (`subscribed` …) among them. */
const STATUS_WORDS: ReadonlyMap<string, ConsentStatus> = new Map([
  ...CONSENT_STATUSES.map((status): [string, ConsentStatus] => [status, status]),
  ...words(
    'granted',
    'grant agree agreed accepted yes y true 1 opt-in optin opted-in subscribed 同意 已同意 授权 已授权 是 允许',
  ),
  ...words(
    'refused',
    'refuse denied deny declined no n false 0 did-not-subscribe never 拒绝 已拒绝 不同意 未同意 未授权 否',
  ),
  ...words(
    'withdrawn',
    'withdraw revoked revoke opt-out optout opted-out unsubscribed 撤回 已撤回 撤销 已撤销 退订 已退订 取消',
  ),
])

function words(status: ConsentStatus, list: string): [string, ConsentStatus][] {
  return list.split(' ').map((word) => [word, status])
}

export const readConsentStatus = (text: string) => STATUS_WORDS.get(narrowed(text))

export const readEventType = (text: string): EventType | undefined =>
  EVENT_TYPES.find((type) => type === narrowed(text))
