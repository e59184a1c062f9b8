import type { Ctx } from '#platform'
import { openProvider, providerRows, worldFor } from './provider-world.ts'
import { takeReported } from './reported.ts'

/** Pages in one run; what is left is for the next minute. */
const mostPages = 50

/** Fetches receipts and replies from accounts whose provider keeps them until they are asked for. */
export const pullReceipts = async (ctx: Ctx, signal: AbortSignal): Promise<void> => {
  for (const row of await providerRows(ctx)) {
    const provider = await openProvider(ctx, row)
    if (!provider?.adapter.pull || (row.state === 'off' && row.ok_at === null)) continue
    try {
      for (let page = 0; page < mostPages && !signal.aborted; page++) {
        const reported = await provider.adapter.pull(worldFor(ctx, provider, signal))
        await takeReported(ctx, provider, reported)
        await reported.taken?.()
        if (!reported.taken && reported.receipts.length + reported.replies.length === 0) break
      }
    } catch (error) {
      // One account that does not answer keeps nobody else from his receipts.
      ctx.log.warn({ error, provider: row.id }, 'receipts not fetched')
    }
  }
}
