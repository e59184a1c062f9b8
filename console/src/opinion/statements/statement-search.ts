import { type StatementKind, statementKinds } from '../../../../src/opinion/statements/statement-contract.ts'

/** Which incident a new statement belongs to, and the kind to begin with. */
export const statementSearch = (search: Record<string, unknown>): { incident?: number; kind?: StatementKind } => {
  const incident = Number(search['incident'])
  const kind = statementKinds.find((one) => one === search['kind'])
  return { ...(Number.isInteger(incident) && incident > 0 && { incident }), ...(kind && { kind }) }
}
