import type { CustomerRow } from './customer-rows.ts'
import type { LoanRow } from './loan-rows.ts'
import type { EventRow } from './messages.ts'

type IdentifierKind =
  | 'phone'
  | 'idCard'
  | 'email'
  | 'wechatOpenId'
  | 'wechatUnionId'
  | 'deviceId'
  | 'accountId'
  | 'anonymousId'

type Column =
  | { identifier: IdentifierKind }
  | { trait: string; type: 'string' | 'integer' | 'date' | 'datetime'; personal?: true }
  | { event: 'name' | 'timestamp' | 'messageId' | 'type' }
  | { properties: true }
  | { consent: 'purpose' | 'channel' | 'status' | 'at' | 'noticeVersion' | 'evidence' }

/** How the import reads a file: the form of the contract's mapping files. */
export interface Mapping<Name extends string = string> {
  format: { type: 'csv'; separator: ',' } | { type: 'jsonl' }
  columns: Record<Name, Column>
  missing: string[]
}

export const customersMapping: Mapping<keyof CustomerRow> = {
  format: { type: 'csv', separator: ',' },
  columns: {
    account_id: { identifier: 'accountId' },
    name: { trait: 'name', type: 'string', personal: true },
    gender: { trait: 'gender', type: 'string' },
    birthday: { trait: 'birthday', type: 'date' },
    id_card: { identifier: 'idCard' },
    phone: { identifier: 'phone' },
    email: { identifier: 'email' },
    wechat_open_id: { identifier: 'wechatOpenId' },
    wechat_union_id: { identifier: 'wechatUnionId' },
    device_id: { identifier: 'deviceId' },
    province: { trait: 'province', type: 'string' },
    city: { trait: 'city', type: 'string' },
    address: { trait: 'address', type: 'string', personal: true },
    education: { trait: 'education', type: 'string' },
    occupation: { trait: 'occupation', type: 'string' },
    marital_status: { trait: 'maritalStatus', type: 'string' },
    monthly_income_fen: { trait: 'monthlyIncomeFen', type: 'integer' },
    credit_limit_fen: { trait: 'creditLimitFen', type: 'integer' },
    risk_tags: { trait: 'riskTags', type: 'string' },
    channel: { trait: 'channel', type: 'string' },
    registered_at: { trait: 'registeredAt', type: 'datetime' },
  },
  missing: [''],
}

/** Adds to the customers that are there: what the core system knows of their loans. */
export const loansMapping: Mapping<keyof LoanRow> = {
  format: { type: 'csv', separator: ',' },
  columns: {
    account_id: { identifier: 'accountId' },
    next_due_date: { trait: 'nextDueDate', type: 'date' },
    next_due_fen: { trait: 'nextDueFen', type: 'integer' },
    overdue_installments: { trait: 'overdueInstalments', type: 'integer' },
  },
  missing: [''],
}

export const eventsMapping: Mapping<keyof EventRow> = {
  format: { type: 'jsonl' },
  columns: {
    messageId: { event: 'messageId' },
    type: { event: 'type' },
    event: { event: 'name' },
    timestamp: { event: 'timestamp' },
    userId: { identifier: 'accountId' },
    anonymousId: { identifier: 'anonymousId' },
    deviceId: { identifier: 'deviceId' },
    properties: { properties: true },
  },
  missing: [''],
}

export const consentsMapping: Mapping = {
  format: { type: 'csv', separator: ',' },
  columns: {
    account_id: { identifier: 'accountId' },
    purpose: { consent: 'purpose' },
    channel: { consent: 'channel' },
    status: { consent: 'status' },
    at: { consent: 'at' },
    notice_version: { consent: 'noticeVersion' },
    evidence: { consent: 'evidence' },
  },
  missing: [''],
}
