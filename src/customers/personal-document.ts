import type { CustomerKey, Vault } from '#platform'
import type { IdentifierKind } from './identity/kinds.ts'

/** Everything personal of one customer number, sealed as one text. Short names: a million of these are read and written. */
export interface PersonalDocument {
  /** Values by identifier kind, personal kinds only, oldest first. */
  i: Partial<Record<IdentifierKind, string[]>>
  /** Personal traits: value, instant in ms, source, import. */
  t: Record<string, StoredTrait>
}

/** A latest trait value: value, instant in ms since 1970, source id, import id. */
export type StoredTrait = [value: TraitValue, atMs: number, sourceId: number, importId: number]
export type TraitValue = string | number | boolean

/** Where the document lives; a document moved to another row does not open. */
export const documentPlace = (no: number) => `customers.customer|sealed|${no}` as const

export const emptyDocument = (): PersonalDocument => ({ i: {}, t: {} })

/** A document that is already laid out as text. */
export const sealDocumentText = (vault: Vault, key: Pick<CustomerKey, 'salt'>, no: number, text: string): Buffer =>
  vault.seal(key, documentPlace(no), text)

export const sealDocument = (
  vault: Vault,
  key: Pick<CustomerKey, 'salt'>,
  no: number,
  document: PersonalDocument,
): Buffer => vault.seal(key, documentPlace(no), JSON.stringify(document))

/** @throws vault.cannotOpen when the customer was shredded or the row was moved */
export const openDocument = (
  vault: Vault,
  key: Pick<CustomerKey, 'salt'> | null,
  no: number,
  sealed: Uint8Array,
): PersonalDocument => JSON.parse(vault.open(key, documentPlace(no), sealed)) as PersonalDocument
