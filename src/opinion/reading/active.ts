import { activeVersion } from '#models'
import type { Ctx } from '#platform'
import { decodeModels } from '../../models/in-threads.ts'
import type { Calibration, HeadsFile } from './heads.ts'

/** Another process may have put another version in force: it is looked for this often. */
const freshForMs = 10_000

export interface ActiveModel {
  /** 0 is the model that comes with the product. */
  version: number
  bytes?: Uint8Array
  heads?: () => HeadsFile
}

let held: { at: number; pg: Ctx['pg']; model: ActiveModel } | undefined

/** The model of posts in force. */
export const activeModel = async (ctx: Ctx): Promise<ActiveModel> => {
  const now = performance.now()
  if (held && held.pg === ctx.pg && now - held.at < freshForMs) return held.model
  const before = held?.pg === ctx.pg ? held.model : undefined
  const version = await activeVersion(ctx, 'posts', before?.version)
  const model: ActiveModel =
    version === undefined
      ? { version: 0 }
      : 'weights' in version
        ? {
            version: version.id,
            bytes: version.weights,
            heads: () => decodeModels<Calibration>(version.weights),
          }
        : (before ?? { version: 0 })
  held = { at: now, pg: ctx.pg, model }
  return model
}

/** After a promotion in this process the next posts are read by the new version. */
export const forgetActiveModel = (): void => {
  held = undefined
}
