import { z } from 'zod'
import { type Route, route } from '#platform'
import { customerSends } from './customer-sends.ts'
import {
  CustomerSendPage,
  CustomerSendsQuery,
  RefusalReport,
  RefusalsQuery,
  RefusedPeople,
  RefusedPeopleQuery,
  Why,
} from './gate-contract.ts'
import { refusalReport, refusedPeople } from './report.ts'
import { whyNot } from './why.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })
const CustomerId = z.object({ id: z.coerce.number().int().min(1).max(4_294_967_295) })
const Both = Id.extend({ customerId: CustomerId.shape.id })

export const gateRoutes: readonly Route[] = [
  route('GET /campaigns/{id}/refusals', {
    can: 'campaigns.read',
    summary: 'Verdicts of the send gate over a campaign, by reason, step and day',
    params: Id,
    query: RefusalsQuery,
    reply: RefusalReport,
    run: refusalReport,
  }),
  route('GET /campaigns/{id}/refusals/people', {
    can: 'customers.read',
    summary: 'Who was refused for a reason; masked',
    params: Id,
    query: RefusedPeopleQuery,
    reply: RefusedPeople,
    run: refusedPeople,
  }),
  route('GET /campaigns/{id}/why/{customerId}', {
    can: 'customers.read',
    summary:
      'Why a customer got something of a campaign or not: entries, sends with their reasons, and what the gate would say now',
    params: Both,
    reply: Why,
    run: whyNot,
  }),
  route('GET /customers/{id}/sends', {
    can: 'customers.read',
    summary: 'Sends to a customer with their states and reasons, newest first',
    params: CustomerId,
    query: CustomerSendsQuery,
    reply: CustomerSendPage,
    run: customerSends,
  }),
  route('GET /customers/{id}/refusals', {
    can: 'customers.read',
    summary: 'What did not reach a customer and why, newest first',
    params: CustomerId,
    query: CustomerSendsQuery.omit({ refused: true }),
    reply: CustomerSendPage,
    run: (ctx, wanted) => customerSends(ctx, { ...wanted, refused: true }),
  }),
]
