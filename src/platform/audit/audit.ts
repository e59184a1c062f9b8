import { sql } from 'kysely'
import type { Pg } from '../ctx.ts'
import { inTransaction } from '../postgres/in-transaction.ts'
import type { Vault } from '../vault/vault.ts'
import { writeAnchor } from './anchors.ts'
import { chainHash } from './chain.ts'
import type { AuditRecord } from './contract.ts'
import { listReads } from './reads.ts'
import { recordText } from './record-text.ts'
import type { Audit, AuditEntry, AuditScope } from './shapes.ts'
import { verifyAudit } from './verify.ts'
import './tables.ts'

export type { Audit, AuditScope } from './shapes.ts'

/** Records per statement: about 2 MB of text. */
const chunkRecords = 5_000

/**
 * Opens the audit trail.
 * @param dir data folder, for the anchors' second store
 */
export const openAudit = ({ vault, dir }: { vault: Vault; dir: string }): Audit => {
  const subjectText = (subject: AuditEntry['subject']) =>
    typeof subject === 'object' ? vault.pseudonym(subject.customerNo) : subject

  const append = (scope: AuditScope, entries: readonly AuditEntry[]) =>
    inTransaction(scope.pg, async (pg) => {
      // The one writer lock: held until the transaction ends, so numbers have no gaps and the chain no forks.
      const head = await pg
        .selectFrom('platform.audit_head')
        .select(['seq', sql<string>`encode(hash, 'hex')`.as('hash')])
        .forUpdate()
        .executeTakeFirstOrThrow()
      const ts = scope.now().toISOString()
      let { seq, hash } = head
      for (let from = 0; from < entries.length; from += chunkRecords) {
        const rows = entries.slice(from, from + chunkRecords).map((entry) => {
          seq += 1
          const record = recordText(scope, entry, { seq, subject: subjectText(entry.subject), ts })
          hash = chainHash(hash, record)
          return { record, hash }
        })
        await store(pg, rows, seq, hash)
      }
    })

  return {
    record: (scope, entry) => append(scope, [entry]),
    recordAll: async (scope, entries) => {
      if (entries.length > 0) await append(scope, entries)
    },
    verify: (pg, options) => verifyAudit(pg, { vault, dir }, options),
    anchor: (scope) => writeAnchor(scope, { vault, dir }),
    list: async (pg, { actor, action, subject, before, limit = 50 }) => {
      const count = Math.min(1000, Math.max(1, limit))
      const rows = await pg
        .selectFrom('platform.audit')
        .select('record')
        .$if(actor !== undefined, (query) => query.where('actor', '=', actor ?? ''))
        .$if(action !== undefined, (query) => query.where('action', '=', action ?? ''))
        .$if(subject !== undefined, (query) => query.where('subject', '=', subjectText(subject) ?? ''))
        .$if(before !== undefined, (query) => query.where('seq', '<', before ?? 0))
        .orderBy('seq', 'desc')
        .limit(count + 1)
        .execute()
      const items = rows.slice(0, count).map(({ record }) => JSON.parse(record) as AuditRecord)
      return { items, next: rows.length > count ? items.at(-1)?.seq : undefined }
    },
    listReads,
  }
}

/** Rows and the chain's new end in one round trip. */
const store = (pg: Pg, rows: readonly { record: string; hash: string }[], seq: number, hash: string) =>
  sql`
    with stored as (
      insert into platform.audit (record, hash)
      select record, decode(hash, 'hex') from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (record text, hash text)
    )
    update platform.audit_head set seq = ${seq}, hash = decode(${hash}, 'hex')`.execute(pg)
