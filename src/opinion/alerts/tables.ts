import type { ColumnType, Generated } from 'kysely'
import type { Level } from '../contract.ts'
import type { AlertLabels, NoticeReason, noticeStates } from './alert-contract.ts'
import type { ChannelKind, serves } from './channel-contract.ts'

type Written<T> = ColumnType<T, string, string>
type Since = ColumnType<Date | null, Date | null | undefined, Date | null>
type Said = ColumnType<string | null, string | null | undefined, string | null>

export type GroupState = 'waiting' | 'told' | 'muted' | 'silenced' | 'inhibited' | 'quiet' | 'over'
export type MemberState = 'new' | 'told' | 'silenced' | 'inhibited' | 'acknowledged' | 'resolved' | 'left'

declare module '#platform' {
  interface Tables {
    'opinion.alert_channel': {
      id: Generated<number>
      name: string
      kind: ChannelKind
      serves: (typeof serves)[number]
      settings: Written<Record<string, unknown>>
      secrets: string[]
      person: string | null
      per_minute: number
      most_bytes: number
      state: ColumnType<'on' | 'off', 'on' | 'off' | undefined, 'on' | 'off'>
      ok_at: Since
      error_at: Since
      error: Said
      tokens: number
      filled_at: Date
      rests_until: Since
      version: Generated<number>
      made_at: Date
      made_by: string
      deleted_at: Since
    }
    'opinion.contact': { user_id: string; changed_at: Date; changed_by: string }
    'opinion.routing': { version: number; document: Written<unknown>; reason: string; made_by: string; made_at: Date }
    'opinion.silence': {
      id: Generated<number>
      match: Written<unknown>
      reason: string
      from_at: Date
      until_at: Date
      made_by: string
      made_by_name: string
      made_at: Date
      ended_at: Since
      ended_by: Said
      over: Generated<boolean>
      severe_reason: Said
      severe_by: Said
      severe_by_name: Said
      severe_at: Since
      severe_until: Since
    }
    'opinion.alert': {
      id: Generated<number>
      event_id: number
      drill_id: number
      level: Level
      labels: Written<AlertLabels>
      title: string
      detail: Written<unknown>
      state: ColumnType<'firing' | 'acknowledged' | 'resolved', string | undefined, string>
      fired_at: Date
      edition: Generated<number>
      changed_at: Date
      acknowledged_at: Since
      acknowledged_by: Said
      acknowledged_by_name: Said
      acknowledged_via: ColumnType<'console' | 'link' | null, string | null | undefined, string | null>
      resolved_at: Since
    }
    'opinion.alert_group': {
      id: Generated<string>
      route: string
      group_key: string
      drill_id: number
      receiver: string
      state: GroupState
      reason: string
      next_at: Date | null
      tell_at: Date
      told_at: Since
      told_times: Generated<number>
      group_interval_s: number
      repeat_minutes: number
      mute: string[]
      active: string[]
      made_at: Date
    }
    'opinion.alert_group_member': {
      group_id: string
      alert_id: number
      state: MemberState
      reason: string
      told_edition: number
      joined_at: Date
    }
    'opinion.escalation': {
      alert_id: number
      drill_id: number
      edition: number
      step: number
      state: 'running' | 'stopped' | 'done'
      reason: string
      next_at: Date | null
    }
    'opinion.notice': {
      id: Generated<string>
      drill_id: number
      channel_id: number
      group_id: string | null
      alert_ids: number[]
      why: NoticeReason
      person: string | null
      person_name: string | null
      calls: ColumnType<unknown, string | undefined, string>
      title: string
      body: string
      state: (typeof noticeStates)[number]
      digest_id: Said
      attempts: Generated<number>
      next_at: Date | null
      made_at: Date
      sent_at: Since
      answer: Said
    }
    'opinion.notice_attempt': {
      notice_id: string
      attempt: number
      at: Date
      took_ms: number
      outcome: 'accepted' | 'rejected' | 'unclear'
      code: string
      answer: string
    }
    'opinion.ack_link': {
      id: Generated<string>
      alert_id: number
      edition: number
      person: string
      person_name: string
      notice_id: string
      expires_at: Date
      opened_at: Since
      used_at: Since
    }
    'opinion.rota': {
      id: Generated<number>
      name: string
      document: Written<unknown>
      version: Generated<number>
      changed_at: Date
      changed_by: string
      deleted_at: Since
    }
    'opinion.rota_override': {
      id: Generated<number>
      rota_id: number
      person: string | null
      from_at: Date
      until_at: Date
      reason: string
      made_by: string
      made_at: Date
      deleted_at: Since
    }
  }
}
