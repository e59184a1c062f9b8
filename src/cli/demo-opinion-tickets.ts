import { setTimeout as pause } from 'node:timers/promises'
import type { Act } from './demo-actor.ts'

/** Complaints of the week at the service desk: answered within hours, the older ones solved; those of today are still to be taken up. */

interface Row {
  id: number
  receivedAt: string
}

const lookEveryMs = 1_000
const mostLooks = 120

/** The tickets of an import come a moment after it; they are all there when their number stands still. */
const untilThere = async (act: Act, now: Date): Promise<Row[]> => {
  let before = -1
  for (let look = 0; look < mostLooks; look++) {
    const { items } = await act<{ items: Row[] }>(now, 'GET /opinion/tickets', { query: { limit: 200 } })
    if (items.length > 0 && items.length === before) return items
    before = items.length
    await pause(lookEveryMs)
  }
  return []
}

const answer = '您好，已收到您反映的问题并调取了合同与通话记录，专员会在一个工作日内与您联系，说明处理结果。'
const solution = '已与客户核对账单并说明处理结果，客户认可。'

const hourMs = 3_600_000
/** Less than any of the starting deadlines. */
const answeredAfterMs = 3 * hourMs
const solvedAfterMs = 50 * hourMs
/** Who came later than this still waits. */
const freshMs = 4 * hourMs
const oldMs = 96 * hourMs

export const answerTickets = async (act: Act, now: Date): Promise<void> => {
  for (const { id, receivedAt } of await untilThere(act, now)) {
    const received = Date.parse(receivedAt)
    const ageMs = now.getTime() - received
    if (ageMs < freshMs) continue
    await act(new Date(received + answeredAfterMs), 'POST /opinion/tickets/{id}/answers', {
      params: { id },
      body: { text: answer, channel: 'platform' },
    })
    if (ageMs > oldMs)
      await act(new Date(received + solvedAfterMs), 'POST /opinion/tickets/{id}/move', {
        params: { id },
        body: { to: 'solved', text: solution },
      })
  }
}
