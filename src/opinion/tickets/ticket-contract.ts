import { z } from 'zod'

const Calendar = z.enum(['always', 'work'])
const Term = z.tuple([z.int().min(1).max(525_600), Calendar])
const KindTerms = z.strictObject({ acknowledge: Term, answer: Term, solve: Term })
export type KindTerms = z.output<typeof KindTerms>

/** Minutes until a ticket is acknowledged, first answered, solved; `regulated`: complaints that a regulator passed on. */
export const TicketTerms = z.strictObject({
  complaint: KindTerms,
  regulated: KindTerms,
  praise: KindTerms,
  suggestion: KindTerms,
  inquiry: KindTerms,
  /** Who complained within so many days before is a repeat complainer. */
  repeatDays: z.int().min(1).max(730),
  /** How long the link of a survey works. */
  surveyDays: z.int().min(1).max(90),
})
export type TicketTerms = z.output<typeof TicketTerms>
