import { resolve } from 'node:path'
import { z } from 'zod'
import { type Route, route } from '../feature.ts'
import { makeBackup } from './backup.ts'

export const backupRoutes: readonly Route[] = [
  route('POST /backup', {
    can: 'system.write',
    localOnly: true,
    summary: 'A consistent copy of both stores and the files into a folder of this machine',
    body: z
      .object({ dir: z.string().min(1).max(4_096), withKeys: z.boolean().default(false), program: z.string().max(50) })
      .strict(),
    reply: z.object({
      dir: z.string(),
      files: z.number(),
      bytes: z.number(),
      heldMs: z.number(),
      withKeys: z.boolean(),
    }),
    run: async (ctx, { dir, withKeys, program }) => {
      const { files, heldMs } = await makeBackup(ctx, { dir: resolve(dir), withKeys, program })
      return {
        dir: resolve(dir),
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        heldMs,
        withKeys,
      }
    },
  }),
]
