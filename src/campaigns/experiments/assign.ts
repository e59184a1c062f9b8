/**
 * Who gets which arm, by a hash of the customer: the same answer in every process, for ever, without a table.
 * Source: FNV-1a 32 over UTF-16 code units, version 2 of GrowthBook (packages/sdk-js/src/util.ts).
 */

const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/**
 * Where a value lies for a seed, in ten-thousandths: 0 ≤ place < 1. Hashed twice, since one round leaves neighbouring
 * numbers in neighbouring places.
 */
export const placeOf = (seed: string, value: string): number => (fnv1a(String(fnv1a(seed + value))) % 10_000) / 10_000

export interface Arm {
  name: string
  /** Share of those who take part; weights come to 1. */
  weight: number
}

/**
 * The arm that owns the place of a value: arm i owns [sum of weights before it, that + coverage · weight). With a coverage
 * below 1 the rest of each arm's stretch belongs to nobody, so that raising it later moves nobody to another arm.
 * @returns undefined when the value takes no part
 */
export const armOf = <A extends Arm>(
  { seed, arms, coverage = 1 }: { seed: string; arms: readonly A[]; coverage?: number },
  value: string,
): A | undefined => {
  // In whole ten-thousandths: sums of decimals like .1 + .2 would put one place into the wrong arm.
  const place = Math.round(placeOf(seed, value) * 10_000)
  let before = 0
  for (const arm of arms) {
    const start = Math.round(before * 10_000)
    const end = Math.round((before + coverage * arm.weight) * 10_000)
    if (place >= start && place < end) return arm
    before += arm.weight
  }
  return undefined
}

/**
 * The arm of a customer in an experiment step. Two steps with one key and seed put him into the same arm.
 * @param seed of the campaign, so that experiments of different campaigns are independent
 */
export const experimentArm = <A extends { name: string; share: number }>(
  { campaignId, key, arms }: { campaignId: number; key: string; arms: readonly A[] },
  customerNo: number,
): A | undefined =>
  armOf(
    { seed: `experiment:${campaignId}:${key}`, arms: arms.map((arm) => ({ name: arm.name, weight: arm.share, arm })) },
    String(customerNo),
  )?.arm

/** Whether a value is among the `share` left alone. A larger share keeps everybody of the smaller one. */
const isLeftAlone = (seed: string, share: number, value: string): boolean =>
  Math.round(placeOf(seed, value) * 10_000) < Math.round(share * 10_000)

/** Whether a customer is left alone by every campaign: calls, branch visits and lists alike. */
export const inGlobalHoldout = ({ seed, share }: { seed: string; share: number }, customerNo: number): boolean =>
  isLeftAlone(`holdout:${seed}`, share, String(customerNo))

/** Whether a customer is left alone by one campaign, to measure its effect. Independent of the global holdout. */
export const inCampaignHoldout = (campaignId: number, share: number, customerNo: number): boolean =>
  isLeftAlone(`holdout:campaign:${campaignId}`, share, String(customerNo))
