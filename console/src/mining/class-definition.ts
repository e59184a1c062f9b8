import type { Definition } from '../audiences/audience-shapes.ts'
import type { QuestionOf, RfmResult } from './mining-shapes.ts'

/**
 * A class of an RFM answer as an audience that follows what people do: its bounds, as they are now, as conditions on their
 * events. A base date in the middle of a day makes recency differ by that part of a day.
 * @param code whether recency (recent is high), frequency and money are high: `LLH`
 * @param moneyList where the money is a product of two properties, which conditions cannot say: the list of those whose
 * money is as the class wants it, as it was when the answer was made
 */
export const classDefinition = (
  { event, where, amount, quantity, invoice, days, cut }: QuestionOf<'rfm'>,
  { cuts }: Pick<RfmResult, 'cuts'>,
  code: string,
  moneyList?: string,
): Definition => {
  const [recent, often, much] = [...code].map((letter) => letter === 'H')
  const fixed = cut === 'fixed'
  const asked = {
    event,
    ...(where && where.length > 0 && { where }),
    ...(days && { within: `${days} days` }),
  }
  // Against mean and median the bound itself is low, a fixed one is high.
  const lastDays = fixed ? Math.floor(cuts.recency) : Math.ceil(cuts.recency) - 1
  const least = fixed ? Math.ceil(cuts.frequency) : Math.floor(cuts.frequency) + 1
  const lately: Definition = lastDays < 1 ? { ...asked, within: 'today' } : { ...asked, within: `${lastDays} days` }
  const enough = often ? { gte: least } : { lte: least - 1 }
  const frequency: Definition = invoice ? { ...asked, by: invoice, keys: enough } : { ...asked, count: enough }
  const bound = much
    ? fixed
      ? { gte: cuts.money }
      : { gt: cuts.money }
    : fixed
      ? { lt: cuts.money }
      : { lte: cuts.money }
  const money: Definition[] = moneyList
    ? [{ list: moneyList }]
    : amount && !quantity
      ? [{ ...asked, sum: { property: amount, ...bound } }]
      : []
  return { all: [asked, recent ? lately : { not: lately }, frequency, ...money] }
}

/** Whether conditions cannot say the money, so that a list must. */
export const needsMoneyList = ({ amount, quantity }: Pick<QuestionOf<'rfm'>, 'amount' | 'quantity'>) =>
  Boolean(amount && quantity)
