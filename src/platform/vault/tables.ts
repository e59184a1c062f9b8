import type { Generated } from 'kysely'

interface WorkspaceKeyTable {
  purpose: 'seal' | 'index'
  version: number
  wrapped: Uint8Array
  created_at: Generated<Date>
  retired_at: Date | null
}

interface CustomerKeyTable {
  customer_no: number
  salt: Uint8Array
  key_version: number
}

interface SecretTable {
  name: string
  sealed: string
  created_at: Generated<Date>
}

declare module '../ctx.ts' {
  interface Tables {
    'platform.workspace_key': WorkspaceKeyTable
    'platform.customer_key': CustomerKeyTable
    'platform.secret': SecretTable
  }
}
