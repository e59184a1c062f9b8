import type { Seed } from './random.ts'

/**
 * 179 followed by eight digits. 179xx was the dialling prefix of IP telephony (17909, 17911, 17951), so 179 was never
 * given to mobile subscribers: the numbers have the form of a mobile number and ring nowhere.
 */
export const impossiblePrefix = '179'

/** How many people can have numbers of their own: a first one from the lower half of the range, a second from the upper. */
export const phoneCapacity = 50_000_000

// Ends in 7, so it shares no factor with the capacity (2^7·5^8): every person gets a place of their own.
const stride = 23_939_137

/**
 * A mobile number that no one can have.
 * @param person index below `phoneCapacity`
 * @param slot 0 first number, 1 second number
 * @returns eleven digits; different for every person and slot under one seed
 */
export const phoneOf = (seed: Seed, person: number, slot: 0 | 1 = 0): string => {
  const place = (person * stride + (seed[1] >>> 0)) % phoneCapacity
  return impossiblePrefix + String(place + slot * phoneCapacity).padStart(8, '0')
}
