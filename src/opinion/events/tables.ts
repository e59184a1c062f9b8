import type { ColumnType, Generated } from 'kysely'
import type { BurstState, ChangeKind, Confirmation, RumourStage } from './events-contract.ts'
import '../tables.ts'

type Time = ColumnType<Date, Date, Date>
type MaybeTime = ColumnType<Date | null, Date | null | undefined, Date | null>
type Json<T> = ColumnType<T, string, string>

/** What undoing a change needs. */
export interface ChangeDetail {
  clusters?: string[]
  titleBefore?: string
  titleAfter?: string
}

declare module '#platform' {
  interface Tables {
    'opinion.event_queue': { batch: string; drill_id: number; posts: number; at: Time }
    'opinion.event_turn': { drill_id: number; number: ColumnType<string, number | string, number | string> }
    'opinion.event_cluster': {
      drill_id: number
      cluster_id: string
      event_id: number
      first_post_id: string
      first_at: Time
      by_hand: ColumnType<boolean, boolean | undefined, boolean>
      copied: ColumnType<boolean, boolean | undefined, boolean>
      number: ColumnType<string, string | undefined, string>
    }
    'opinion.event_vector': {
      event_id: number
      vector: Json<Record<string, number>>
      texts: ColumnType<number, number | undefined, number>
      aspects: Json<Record<string, number>>
      heard: ColumnType<number, number | undefined, number>
      recent: ColumnType<number, number | undefined, number>
    }
    'opinion.event_gain': { post_id: string; subjects: number[]; published_at: Time; at: Time }
    'opinion.event_apart': { event_id: number; other_id: number; by_name: string; at: Time }
    'opinion.event_figures': {
      event_id: number
      drill_id: number
      clusters: number
      reach: ColumnType<string, number, number>
      engagement: ColumnType<string, number, number>
      negative: number
      rumour: number
      rumour_stage: ColumnType<RumourStage, RumourStage | undefined, RumourStage>
      rumour_reposts: ColumnType<number, number | undefined, number>
      spam: number
      per_hour: number
      z: number
      rank: number | null
      platform_names: string[]
      aspects: string[]
      urgency: string[]
      speakers: string[]
      gist_clusters: ColumnType<number, number | undefined, number>
      at: Time
    }
    'opinion.subject_hour': {
      drill_id: number
      subject_id: number
      hour: Time
      posts: number
      grown: ColumnType<string, number | undefined, number>
    }
    'opinion.event_change': {
      id: Generated<number>
      drill_id: number
      event_id: number
      other_id: number | null
      kind: ChangeKind
      detail: Json<ChangeDetail>
      reason: string
      by_name: string | null
      by_id: string | null
      at: Time
      undone_at: MaybeTime
    }
    'opinion.burst': {
      id: Generated<number>
      drill_id: number
      subject_id: number
      event_id: number | null
      state: BurstState
      began_at: Time
      confirmed_at: MaybeTime
      last_at: Time
      ended_at: MaybeTime
      p: number
      z: number
      minutes: number
      posts: number
      authors: number
      per_hour: number
      confirmed_by: Confirmation[]
    }
  }
}
