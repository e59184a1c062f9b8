import { scanValue } from '../personal/scan.ts'
import { canonicalJson, type Json } from './canonical-json.ts'
import type { AuditEntry, AuditScope } from './shapes.ts'

/**
 * The record's canonical text. The trail is kept for years and never erased, so whatever validates as a phone, ID card,
 * bank card or e-mail is masked here, although no caller should hand it in.
 * @param subject already a pseudonym when it is a customer
 */
export const recordText = (
  { actor, requestId }: Pick<AuditScope, 'actor' | 'requestId'>,
  { action, purpose, detail }: Pick<AuditEntry, 'action' | 'purpose' | 'detail'>,
  { seq, subject, ts }: { seq: number; subject: string | undefined; ts: string },
): string => {
  const told = detail === undefined && purpose === undefined ? {} : scanValue({ purpose, detail }).value
  return canonicalJson({
    ...storableMembers({ actor: `${actor.kind}:${actor.id}`, action, subject, request: requestId, ...told }),
    seq,
    ts,
  })
}

/** Postgres text holds neither a zero character nor half a surrogate pair; both become U+FFFD. */
const storableText = (text: string) =>
  text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\ufffd')

const storable = (json: Json | undefined): Json => {
  if (typeof json === 'string') return storableText(json)
  if (typeof json === 'number') return Number.isFinite(json) ? json : null
  if (typeof json !== 'object' || json === null) return json ?? null
  if (isArray(json)) return json.map(storable)
  return storableMembers(json)
}

const storableMembers = (json: { readonly [key: string]: Json | undefined }): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(json).flatMap(([key, member]): [string, Json][] =>
      member === undefined ? [] : [[storableText(key), storable(member)]],
    ),
  )

const isArray = (json: Json): json is readonly Json[] => Array.isArray(json)
