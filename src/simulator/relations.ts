import { hashAt, type Seed, shareAt, stream } from './random.ts'

/**
 * How an account stands to the person behind it.
 * - `own`: the person's first account
 * - `sameIdentity`: a second account under the same phone and identity number
 * - `newPhone`: a second account under another phone; the identity number gives it away
 * - `unverified`: a second account under the same phone without an identity number
 */
export type AccountKind = 'own' | 'sameIdentity' | 'newPhone' | 'unverified'

export interface Relation {
  kind: AccountKind
  /** Index of the first account of the same person; the account's own index when it is the first. */
  person: number
  /** Another person whose phone this one gave as their own: the same phone, two identity numbers, never one person. */
  phoneOwner: number | undefined
  /** Another person on whose handset this one also signs in: the same device, never one person. */
  deviceOwner: number | undefined
}

const duplicateShare = 0.02
const sharedPhoneShare = 0.002
const sharedDeviceShare = 0.01

/** Relatives and duplicates lie at most this many accounts back, so a run needs to look no further ahead. */
export const reach = 64

const salt = { duplicate: 1, back: 2, kind: 3, phone: 4, device: 5, app: 6 } as const

const isDuplicate = (seed: Seed, index: number): boolean =>
  index > 0 && shareAt(seed, stream.relation, index, salt.duplicate) < duplicateShare

const sharesPhone = (seed: Seed, index: number): boolean =>
  index > 0 && shareAt(seed, stream.relation, index, salt.phone) < sharedPhoneShare

const sharesDevice = (seed: Seed, index: number): boolean =>
  index > 0 && shareAt(seed, stream.relation, index, salt.device) < sharedDeviceShare

/** Whether the account signs in on an app, and so has a handset that another can share. */
export const hasApp = (seed: Seed, index: number): boolean =>
  shareAt(seed, stream.relation, index, salt.app) < 0.72 || sharesDevice(seed, index)

const earlier = (seed: Seed, index: number): number =>
  index - 1 - (hashAt(seed, stream.relation, index, salt.back) % Math.min(reach, index))

const plain = (seed: Seed, index: number): boolean =>
  !isDuplicate(seed, index) && !sharesPhone(seed, index) && !sharesDevice(seed, index)

/** Who stands behind an account. Pure: any account can be asked without making the others. */
export const relationOf = (seed: Seed, index: number): Relation => {
  const relation: Relation = { kind: 'own', person: index, phoneOwner: undefined, deviceOwner: undefined }
  const duplicate = isDuplicate(seed, index)
  const phone = sharesPhone(seed, index)
  const device = sharesDevice(seed, index)
  if (!duplicate && !phone && !device) return relation
  const other = earlier(seed, index)
  // Chains of relations would blur the truth: only an account without relations of its own can be pointed at.
  if (!plain(seed, other)) return relation
  if (duplicate) {
    const share = shareAt(seed, stream.relation, index, salt.kind)
    relation.kind = share < 0.5 ? 'sameIdentity' : share < 0.8 ? 'newPhone' : 'unverified'
    relation.person = other
    return relation
  }
  if (phone) relation.phoneOwner = other
  if (device && hasApp(seed, other)) relation.deviceOwner = other
  return relation
}
