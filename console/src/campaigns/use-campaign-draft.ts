import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ApiProblem } from '../api.ts'
import { useHistory } from '../audiences/use-history.ts'
import { changeCampaign, getCampaign } from './campaign-calls.ts'
import type { Campaign, CampaignDefinition, Category, Journey } from './campaign-shapes.ts'
import { sameGraph } from './journey-graph.ts'
import { forgetKept, type Kept, keepLocally, readKept } from './kept-draft.ts'
import { type OpenPlace, openPlaces } from './unfinished.ts'

/** What a user edits of a campaign. */
export interface CampaignDraft {
  name: string
  description: string
  category: Category
  priority: number
  definition: CampaignDefinition
}

export const draftOf = ({ name, description, category, priority, definition }: Campaign): CampaignDraft => ({
  name,
  description,
  category,
  priority,
  definition,
})

/** How long nothing may change before it is saved. */
const settleMs = 900

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed' | 'conflict' | 'unfinished'

const isTyping = (before: CampaignDraft, now: CampaignDraft) =>
  sameGraph(before.definition.journey, now.definition.journey)

const same = (a: CampaignDraft, b: CampaignDraft) => a === b || JSON.stringify(a) === JSON.stringify(b)

/**
 * A campaign's draft under the user's hands: what he changes can be undone and is saved by itself once it is filled in.
 * What cannot be saved yet is kept in this browser, so that a reload does not lose it.
 */
export const useCampaignDraft = (campaign: Campaign, editable: boolean) => {
  const client = useQueryClient()
  const [kept] = useState<Kept | undefined>(() => (editable ? readKept(campaign.id) : undefined))
  const history = useHistory<CampaignDraft>(() => kept?.draft ?? draftOf(campaign), isTyping)
  const { now, set } = history
  const [base, setBase] = useState({ draft: draftOf(campaign), version: campaign.draftVersion })
  const [work, setWork] = useState<'idle' | 'saving' | 'failed' | 'conflict'>('idle')
  const [savedAt, setSavedAt] = useState<string>()
  const [error, setError] = useState<unknown>()
  const [restored, setRestored] = useState<'same' | 'old' | undefined>(
    kept?.fresh ? undefined : kept && (kept.basedOn === campaign.draftVersion ? 'same' : 'old'),
  )
  const open: OpenPlace[] = useMemo(() => openPlaces(now.name, now.definition), [now])
  const dirty = !same(now, base.draft)
  const running = useRef<Promise<boolean>>(undefined)

  const save = useCallback(
    (draft: CampaignDraft, version: number): Promise<boolean> => {
      const work = async () => {
        setWork('saving')
        try {
          const saved = await changeCampaign(campaign.id, { ...draft, name: draft.name.trim(), basedOn: version })
          client.setQueryData(['campaigns', 'one', campaign.id], saved)
          void client.invalidateQueries({ queryKey: ['campaigns', 'list'] })
          setBase({ draft, version: saved.draftVersion })
          setSavedAt(saved.changedAt)
          setRestored(undefined)
          setWork('idle')
          return true
        } catch (error) {
          const overtaken = error instanceof ApiProblem && error.code === 'campaigns.editedMeanwhile'
          setError(error)
          setWork(overtaken ? 'conflict' : 'failed')
          // Who it was, and when.
          if (overtaken) void client.invalidateQueries({ queryKey: ['campaigns', 'one', campaign.id], exact: true })
          return false
        } finally {
          running.current = undefined
        }
      }
      running.current ??= work()
      return running.current
    },
    [campaign.id, client],
  )

  const ready = editable && dirty && open.length === 0
  useEffect(() => {
    if (!ready || work !== 'idle') return
    const timer = setTimeout(() => void save(now, base.version), settleMs)
    return () => clearTimeout(timer)
  }, [ready, work, now, base.version, save])

  // After a failure the next change tries again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` is what has changed
  useEffect(() => setWork((work) => (work === 'failed' ? 'idle' : work)), [now])

  useEffect(() => {
    if (!editable) return
    if (dirty) keepLocally(campaign.id, { basedOn: base.version, draft: now })
    else forgetKept(campaign.id)
  }, [editable, dirty, now, base.version, campaign.id])

  const state: SaveState =
    work === 'conflict' || work === 'failed' || work === 'saving'
      ? work
      : !dirty
        ? 'saved'
        : open.length > 0
          ? 'unfinished'
          : 'unsaved'

  const current = useRef({ now, base, ready, dirty })
  current.current = { now, base, ready, dirty }

  /** Saves what is there now, without waiting. @returns whether nothing is left unsaved */
  const flush = useCallback(async (): Promise<boolean> => {
    if (running.current) await running.current
    const { now, base, ready, dirty } = current.current
    return ready ? save(now, base.version) : !dirty
  }, [save])

  const setJourney = useCallback(
    (journey: Journey) => {
      const { now } = current.current
      set({ ...now, definition: { ...now.definition, journey } })
    },
    [set],
  )
  const setDefinition = (change: Partial<CampaignDefinition>) =>
    set({ ...now, definition: { ...now.definition, ...change } })

  const load = (other: Campaign) => {
    setBase({ draft: draftOf(other), version: other.draftVersion })
    set(draftOf(other))
    setRestored(undefined)
    setWork('idle')
  }
  /** Another's version takes the place of mine, which can still be undone. */
  const takeTheirs = async () => {
    const other = await getCampaign(campaign.id)
    client.setQueryData(['campaigns', 'one', campaign.id], other)
    load(other)
  }
  /** Mine is saved over another's. */
  const keepMine = async () => {
    const other = await getCampaign(campaign.id)
    await save(now, other.draftVersion)
  }
  /** Drops what was kept in this browser. */
  const discard = () => {
    set(base.draft)
    setRestored(undefined)
  }

  return {
    draft: now,
    set,
    setJourney,
    setDefinition,
    history,
    open,
    state,
    savedAt,
    error,
    restored,
    editable,
    flush,
    takeTheirs,
    keepMine,
    discard,
    retry: () => save(now, base.version),
  }
}
export type DraftTools = ReturnType<typeof useCampaignDraft>
