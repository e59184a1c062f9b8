import { get, queryText } from '../api.ts'
import type { Effects } from './effect-shapes.ts'

export const getEffects = (campaignId: number, version: number | undefined, signal?: AbortSignal) =>
  get<Effects>(`/campaigns/${campaignId}/effects${queryText(version === undefined ? {} : { version })}`, signal)
