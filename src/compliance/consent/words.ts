/** What a customer said, and whether it permits: pure. */

export const wordSources = ['import', 'staff', 'preferenceCentre', 'oneClick', 'smsReply', 'api'] as const
export type WordSource = (typeof wordSources)[number]

export type ConsentStatus = 'granted' | 'refused' | 'withdrawn'

/** Why a purpose is open on a channel or not. */
export const consentWhys = [
  'granted',
  'notNeeded',
  'purposeUnknown',
  'none',
  'refused',
  'withdrawn',
  'expired',
  'noticeUnknown',
  'noticeReplaced',
] as const
export type ConsentWhy = (typeof consentWhys)[number]

/** The last word of a person about a purpose and channel. */
export interface ConsentState {
  purpose: string
  /** null: every channel. */
  channel: string | null
  status: ConsentStatus
  at: Date
  noticeVersion: string | null
  expiresAt: Date | null
  source: WordSource
  /** The row that proves it. */
  evidenceId: string
  /** The number it was said under, when customers were merged. */
  customerNo: number
}

/** What decides over consents to one purpose. */
export interface PurposeRules {
  key: string
  title: string
  /** Item of PIPL 13; only `consent` is asked for. */
  basis: string
  separate: 'sensitive' | 'recipient' | null
  recipient: string | null
  channels: readonly string[]
  /** Published versions by label and by mapped name → number. */
  versions: ReadonlyMap<string, number>
  /** Consents to earlier versions have to be asked anew; 0 while nothing is published. */
  oldestValid: number
  /** The version shown now. */
  current: { number: number; label: string; textHash: string; validDays: number | null } | undefined
  retired: boolean
}

export interface ConsentVerdict {
  open: boolean
  why: ConsentWhy
  /** The word it follows from. */
  word: ConsentState | undefined
}

/** Whether `a` was said after `b`; at one instant the one stored last. */
export const isLater = (
  a: Pick<ConsentState, 'at' | 'evidenceId'>,
  b: Pick<ConsentState, 'at' | 'evidenceId'>,
): boolean => {
  const apart = a.at.getTime() - b.at.getTime()
  return apart === 0 ? BigInt(a.evidenceId) > BigInt(b.evidenceId) : apart > 0
}

/** The newest word for the channel or for every channel; undefined when nothing was said. */
export const lastWord = (states: readonly ConsentState[], purpose: string, channel: string): ConsentState | undefined =>
  states
    .filter((state) => state.purpose === purpose && (state.channel === null || state.channel === channel))
    .reduce<ConsentState | undefined>(
      (last, state) => (last === undefined || isLater(state, last) ? state : last),
      undefined,
    )

/**
 * Whether a purpose is open on a channel. Silence is no; a yes counts until it ends, and only to a version of the notice
 * that is known and was not replaced by one that has to be asked anew (PIPL 14, 15; P2, M1).
 */
export const consentVerdict = (
  rules: PurposeRules | undefined,
  states: readonly ConsentState[],
  channel: string,
  now: Date,
): ConsentVerdict => {
  if (!rules || rules.retired) return { open: false, why: 'purposeUnknown', word: undefined }
  const word = lastWord(states, rules.key, channel)
  const closed = (why: ConsentWhy): ConsentVerdict => ({ open: false, why, word })
  if (rules.basis !== 'consent') return { open: true, why: 'notNeeded', word }
  if (!word) return closed('none')
  if (word.status !== 'granted') return closed(word.status)
  if (word.expiresAt && word.expiresAt <= now) return closed('expired')
  const number = word.noticeVersion === null ? undefined : rules.versions.get(word.noticeVersion)
  if (number === undefined) return closed('noticeUnknown')
  if (number < rules.oldestValid) return closed('noticeReplaced')
  return { open: true, why: 'granted', word }
}
