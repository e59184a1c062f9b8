import { activeVersion, shadowVersion } from '#models'
import type { Ctx } from '#platform'
import { decodeModels } from '../../models/in-threads.ts'
import type { Calibration, HeadsFile } from './heads.ts'

/** Another process may have put another version in force: it is looked for this often. */
const freshForMs = 10_000

interface OwnModel {
  version: number
  bytes: Uint8Array
  heads: () => HeadsFile
}

export interface ActiveModel {
  /** 0 is the model that comes with the product. */
  version: number
  bytes?: Uint8Array
  heads?: () => HeadsFile
  /** The version that reads beside it. */
  shadow: OwnModel | undefined
}

let held: { at: number; pg: Ctx['pg']; model: ActiveModel } | undefined

type Found = Awaited<ReturnType<typeof activeVersion>>

const opened = (found: Found, before: OwnModel | undefined): OwnModel | undefined => {
  if (!found) return undefined
  if (!('weights' in found)) return before
  const { id, weights } = found
  return { version: id, bytes: weights, heads: () => decodeModels<Calibration>(weights) }
}

/** The model of posts in force, and the one in its shadow. */
export const activeModel = async (ctx: Ctx): Promise<ActiveModel> => {
  const now = performance.now()
  const known = held?.pg === ctx.pg ? held : undefined
  if (known && now - known.at < freshForMs) return known.model
  const { shadow, version, bytes, heads } = known?.model ?? { version: 0, shadow: undefined }
  const before = bytes && heads ? { version, bytes, heads } : undefined
  const active = opened(await activeVersion(ctx, 'posts', before?.version), before)
  const beside = opened(await shadowVersion(ctx, 'posts', shadow?.version), shadow)
  const model: ActiveModel = { ...(active ?? { version: 0 }), shadow: beside }
  held = { at: now, pg: ctx.pg, model }
  return model
}

/** After a change in this process the next posts are read by the new version. */
export const forgetActiveModel = (): void => {
  held = undefined
}
