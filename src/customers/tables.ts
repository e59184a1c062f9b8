import type { Generated } from 'kysely'

declare module '#platform' {
  interface Tables {
    'customers.customer': {
      no: number
      created_at: Date
      parent_no: number | null
      root_no: number
      traits: unknown
      sealed: Uint8Array | null
      erased_at: Date | null
    }
    'customers.identifier': {
      kind: number
      hash: string
      no: number
      value: string | null
      seen_at: Date
      source_id: Generated<number>
      import_id: Generated<number>
      verified_at: Date | null
    }
    'customers.merge': {
      id: Generated<number>
      from_no: number
      into_no: number
      at: Date
      by: string
      reason: string
      evidence: string
      undone_at: Date | null
      undone_by: string | null
    }
    'customers.conflict': {
      id: Generated<number>
      a_no: number
      b_no: number
      kind: string
      reason: string
      at: Date
      source_id: Generated<number>
      import_id: Generated<number>
      decided_at: Date | null
      decided_by: string | null
      decision: string | null
      decision_reason: string | null
    }
    'customers.trait': {
      name: string
      title: string
      type: string
      unit: string | null
      allowed: unknown
      personal: Generated<boolean>
      owner: string | null
      basis: Generated<string>
      description: string | null
      origin: Generated<string>
      created_at: Generated<Date>
      version: Generated<number>
      /** What it gives away in an anonymous export: quasi, sensitive, plain; null: by its name. */
      exposure: Generated<string | null>
    }
    'customers.source': {
      id: Generated<number>
      name: string
      kind: Generated<string>
      key_hash: string
      enabled: Generated<boolean>
      quota_per_second: Generated<number>
      personal_rule: Generated<string>
      basis: Generated<string>
      created_at: Generated<Date>
      created_by: string
      last_seen_at: Date | null
    }
    'customers.source_minute': {
      source_id: number
      minute: Date
      accepted: number
      duplicates: number
      rejected: number
    }
    'customers.message_claim': { hash: number | bigint; claimed_at: Generated<Date> }
  }
}
