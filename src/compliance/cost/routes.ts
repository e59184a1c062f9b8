import { type Route, route } from '#platform'
import { addCap, addLpr, costOf, readCapPage } from './caps.ts'
import { CapPage, CostAnswer, CostRequest, NewCap, NewLpr } from './cost-contract.ts'

export const costRoutes: readonly Route[] = [
  route('POST /cost', {
    can: 'content.read',
    summary: 'What a loan really costs a year, every fee in, and the cap of its lender',
    tag: 'content',
    body: CostRequest,
    reply: CostAnswer,
    run: costOf,
  }),
  route('GET /cost/caps', {
    can: 'content.read',
    summary: 'Caps by kind of lender and LPRs, with their dates, and what holds today',
    tag: 'content',
    reply: CapPage,
    run: readCapPage,
  }),
  route('POST /cost/caps', {
    can: 'content.write',
    summary: 'A cap from a day on',
    tag: 'content',
    body: NewCap,
    reply: CapPage,
    status: 201,
    run: addCap,
  }),
  route('POST /cost/lprs', {
    can: 'content.write',
    summary: 'The LPR of a day',
    tag: 'content',
    body: NewLpr,
    reply: CapPage,
    status: 201,
    run: addLpr,
  }),
]
