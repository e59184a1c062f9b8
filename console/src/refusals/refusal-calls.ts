import { get, queryText } from '../api.ts'
import type { CustomerSendPage, Refusal, RefusalReport, RefusedPeople, Why } from './refusal-shapes.ts'

export const getCustomerSends = (
  customerId: string,
  { refused, after }: { refused: boolean; after?: string | undefined },
  signal?: AbortSignal,
) => get<CustomerSendPage>(`/customers/${customerId}/sends${queryText({ refused, after, limit: 10 })}`, signal)
export const getWhy = (campaignId: number, customerId: string, signal?: AbortSignal) =>
  get<Why>(`/campaigns/${campaignId}/why/${customerId}`, signal)

export interface ReportFilter {
  from?: string | undefined
  to?: string | undefined
  step?: string | undefined
}
export const getReport = (campaignId: number, filter: ReportFilter, signal?: AbortSignal) =>
  get<RefusalReport>(`/campaigns/${campaignId}/refusals${queryText({ ...filter })}`, signal)
export const getRefusedPeople = (
  campaignId: number,
  { code, step, after }: { code: Refusal; step?: string | undefined; after?: string | undefined },
  signal?: AbortSignal,
) =>
  get<RefusedPeople>(`/campaigns/${campaignId}/refusals/people${queryText({ code, step, after, limit: 20 })}`, signal)
