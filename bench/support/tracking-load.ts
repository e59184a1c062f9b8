import { randomBytes } from 'node:crypto'
import autocannon from 'autocannon'

const context = {
  library: { name: 'bench', version: '1' },
  ip: '10.0.0.1',
  locale: 'zh-CN',
  timezone: 'Asia/Shanghai',
  userAgent: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36',
  app: { name: 'demo', version: '3.2.1' },
}
const properties = { amount: 5000, term: 12, channel: 'wechat', page: '/loan', product: 'cash-12', coupon: null }

export interface Served {
  eventsPerSecond: number
  /** Milliseconds from sending a request to its answer. */
  p50: number
  p99: number
  max: number
  acknowledged: number
  /** Requests refused, broken or unanswered. */
  failed: number
}

export interface Load {
  /** Batches of `size` by `connections` for so many seconds, or so many requests. */
  run(size: number, how: { seconds: number } | { requests: number }): Promise<Served>
  /** Messages the server said yes to, and messages ever made. */
  acknowledged(): number
  made(): number
}

/**
 * Segment-shaped batches to `url`/v1/batch, every message new: 80 % track, 15 % page, 5 % identify, over `users` people in
 * an order that meets each of them once before anyone again.
 */
export const trackingLoad = (
  url: string,
  { writeKey, users, connections }: { writeKey: string; users: number; connections: number },
): Load => {
  const run = randomBytes(6).toString('hex')
  let made = 0
  let acknowledged = 0
  const message = () => {
    const n = made++
    // 7,919 is a prime, so it shares no factor with a number of people it does not divide.
    const user = (n * 7_919) % users
    const common = {
      messageId: `${run}-${n}`,
      userId: `u${user}`,
      anonymousId: `a${user}`,
      timestamp: new Date().toISOString(),
      context,
    }
    if (n % 20 === 0)
      return { type: 'identify', ...common, traits: { city: 'Shanghai', level: n % 5, age: 20 + (n % 40) } }
    if (n % 20 < 4)
      return { type: 'page', ...common, name: 'Loan', properties: { url: 'https://example.com/loan', title: 'Loan' } }
    return { type: 'track', ...common, event: n % 3 ? 'Loan Viewed' : 'Coupon Clicked', properties }
  }
  const headers = {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
  }
  return {
    run: async (size, how) => {
      const result = await autocannon({
        url: `${url}/v1/batch`,
        connections,
        ...('seconds' in how ? { duration: how.seconds } : { amount: how.requests }),
        requests: [
          {
            method: 'POST',
            headers,
            setupRequest: (request) => ({
              ...request,
              body: JSON.stringify({ batch: Array.from({ length: size }, message), sentAt: new Date().toISOString() }),
            }),
          },
        ],
      })
      const { latency, duration, non2xx, errors, timeouts } = result
      const accepted = result['2xx'] * size
      acknowledged += accepted
      return {
        eventsPerSecond: accepted / duration,
        p50: latency.p50,
        p99: latency.p99,
        max: latency.max,
        acknowledged: accepted,
        failed: non2xx + errors + timeouts,
      }
    },
    acknowledged: () => acknowledged,
    made: () => made,
  }
}
