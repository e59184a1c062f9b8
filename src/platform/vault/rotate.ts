import { z } from 'zod'
import type { Ctx } from '../ctx.ts'
import { event } from '../feature.ts'
import { emit } from '../jobs/outbox.ts'
import { problem } from '../problem.ts'
import { replaceMasterKeyFile } from './master-key.ts'

/** There is a newer workspace key: whoever keeps sealed values brings them under it, in his own time. */
export const workspaceKeyRotated = event('platform.workspaceKeyRotated', z.object({ version: z.number().int() }))

/** Other processes learn of a new key every half minute; until they all have, new values stay under the old one. */
const otherProcessesMs = 60_000

/** From when on all processes seal under a key made now. Sealing anew before that would leave everything under the old one. */
export const whenKeyIsInForce = ({ store, now }: Pick<Ctx, 'store' | 'now'>): Date =>
  new Date(now().getTime() + (store.mode === 'embedded' ? 0 : otherProcessesMs + 30_000))

/**
 * Makes the next workspace key. Values sealed before stay readable and are brought under the new key by background jobs,
 * so nothing stops.
 */
export const rotateWorkspaceKey = async (ctx: Ctx): Promise<{ version: number }> => {
  const version = await ctx.vault.rotateWorkspaceKey(ctx.pg, ctx.store.mode === 'embedded' ? 0 : otherProcessesMs)
  await ctx.tx(async (ctx) => {
    await ctx.jobs.send('vault.resealSecrets', {}, { key: 'secrets', startAfter: whenKeyIsInForce(ctx) })
    await emit(ctx, workspaceKeyRotated, { version }, 'workspaceKey')
    await ctx.audit.record(ctx, { action: 'vault.rotateWorkspaceKey', detail: { version } })
  })
  return { version }
}

/**
 * Wraps the workspace keys with a new master key in the file master.key.
 * @throws platform.configWrong when the master key comes from the environment: whoever keeps it there changes it there
 */
export const rotateMasterKey = async (ctx: Ctx): Promise<void> => {
  if (ctx.config.masterKey)
    throw problem.configWrong({
      settings: [
        'ZHIYIN_MASTER_KEY: the key comes from the environment; only the file master.key can be replaced here',
      ],
    })
  await replaceMasterKeyFile(ctx.dataDir.root, (next) => ctx.vault.rotateMaster(ctx.pg, next))
  await ctx.audit.record(ctx, { action: 'vault.rotateMasterKey' })
}
