import type { GeneratedAlways } from 'kysely'

interface AuditTable {
  seq: GeneratedAlways<number>
  ts: GeneratedAlways<string>
  actor: GeneratedAlways<string>
  action: GeneratedAlways<string>
  subject: GeneratedAlways<string | null>
  purpose: GeneratedAlways<string | null>
  record: string
  hash: Uint8Array
}

interface AuditHeadTable {
  one: GeneratedAlways<boolean>
  seq: number
  hash: Uint8Array
}

interface AuditAnchorTable {
  to_seq: number
  statement: string
  signature: string
}

declare module '../ctx.ts' {
  interface Tables {
    'platform.audit': AuditTable
    'platform.audit_head': AuditHeadTable
    'platform.audit_anchor': AuditAnchorTable
  }
}
