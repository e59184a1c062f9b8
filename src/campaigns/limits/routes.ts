import { z } from 'zod'
import { type Route, route } from '#platform'
import { yearOf } from '../gate/calendar.ts'
import {
  CalendarQuery,
  CalendarYear,
  LimitChange,
  LimitHistory,
  LimitName,
  LimitsView,
  LimitVersion,
} from './limits-contract.ts'
import { changeLimit, limitsInForce, readLimitHistory, readLimits, withdrawLimit } from './store.ts'

const Name = z.object({ name: LimitName })

export const limitRoutes: readonly Route[] = [
  route('GET /limits', {
    can: 'limits.read',
    summary: 'Limits of the send gate that hold now, and those that come into force later',
    reply: LimitsView,
    run: readLimits,
  }),
  route('GET /limits/calendar', {
    can: 'limits.read',
    summary: 'Holidays and make-up workdays of a year, with the days the company added',
    query: CalendarQuery,
    reply: CalendarYear,
    run: async (ctx, { year }) => yearOf((await limitsInForce(ctx)).calendar, year),
  }),
  route('GET /limits/{name}/history', {
    can: 'limits.read',
    summary: 'Every version of a limit with its source and reason, newest first',
    params: Name,
    reply: LimitHistory,
    run: readLimitHistory,
  }),
  route('PUT /limits/{name}', {
    can: 'limits.write',
    summary: 'A new value of a limit, from now or from a later day on; what was is kept',
    params: Name,
    body: LimitChange,
    reply: LimitVersion,
    run: changeLimit,
  }),
  route('DELETE /limits/{name}/versions/{id}', {
    can: 'limits.write',
    summary: 'Take back a version that is not in force yet',
    params: Name.extend({ id: z.coerce.number().int().min(1) }),
    reply: LimitVersion,
    run: withdrawLimit,
  }),
]
