import { problems } from '#platform'

export const problem = problems('customers', {
  writeKeyUnknown: { status: 401, title: 'The write key is not known or its source is switched off' },
  notJson: { status: 400, title: 'The body is not JSON' },
  batchEmpty: { status: 400, title: 'batch must be a list with at least one message' },
  batchTooMany: { status: 400, title: 'A batch may have at most 2,500 messages' },
  batchTooLarge: { status: 413, title: 'A batch may have at most 500 KB' },
  messagesRefused: { status: 400, title: 'A message was refused' },
  quotaExceeded: { status: 429, title: 'The source sends more than its quota', retryAfterSeconds: 1 },
  storesBehind: { status: 429, title: 'The stores are behind; send again shortly', retryAfterSeconds: 1 },
  diskFull: {
    status: 503,
    title: 'The disk is nearly full; nothing is accepted that could be lost',
    retryAfterSeconds: 30,
  },
  sourceNameTaken: { status: 409, title: 'A source with this name exists' },
  sourceUnknown: { status: 404, title: 'There is no such source' },
  customerUnknown: { status: 404, title: 'There is no such customer' },
  identifierInvalid: { status: 400, title: 'The value is not valid for this kind of identifier' },
  sameCustomer: { status: 409, title: 'These are already one customer' },
  notMerged: { status: 409, title: 'These customers are not merged' },
  mergeConflict: { status: 409, title: 'Conflicting identifiers: these two cannot be one person' },
  conflictUnknown: { status: 404, title: 'There is no such open conflict' },
  traitUnknown: { status: 404, title: 'There is no such trait' },
  traitInUse: { status: 409, title: 'The type of a trait that has values cannot be changed' },
  searchEmpty: { status: 400, title: 'Give an identifier or a text to search for' },
})
