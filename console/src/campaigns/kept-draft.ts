import type { CampaignDraft } from './use-campaign-draft.ts'

/**
 * Drafts that cannot be saved yet, in this browser. A campaign holds no personal data: personal traits cannot be asked for in
 * conditions.
 */
export interface Kept {
  /** The draft version it was made from. */
  basedOn: number
  /** Made by the wizard a moment ago: nothing was lost that would have to be told. */
  fresh?: boolean
  draft: CampaignDraft
}

const nameOf = (id: number) => `zhiyin.campaign.${id}`

const isKept = (value: unknown): value is Kept => {
  if (typeof value !== 'object' || value === null || !('basedOn' in value) || !('draft' in value)) return false
  const { draft } = value
  return typeof value.basedOn === 'number' && typeof draft === 'object' && draft !== null && 'definition' in draft
}

export const readKept = (id: number): Kept | undefined => {
  const text = window.localStorage.getItem(nameOf(id))
  if (text === null) return undefined
  const value: unknown = JSON.parse(text)
  return isKept(value) ? value : undefined
}

export const keepLocally = (id: number, kept: Kept): void =>
  window.localStorage.setItem(nameOf(id), JSON.stringify(kept))

export const forgetKept = (id: number): void => window.localStorage.removeItem(nameOf(id))
