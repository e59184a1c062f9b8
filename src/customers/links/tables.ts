import type { Generated } from 'kysely'

declare module '#platform' {
  interface Tables {
    'customers.link': {
      id: Generated<number>
      kind: string
      from_no: number
      to_no: number
      state: string
      source: string
      evidence: string
      since: string | Date | null
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
    }
  }
}
