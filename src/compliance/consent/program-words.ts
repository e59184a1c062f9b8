import { type Ctx, scanText } from '#platform'
import type { AskAnswer, AskQuestion, ProgramWord } from './contract.ts'
import { mayAsk } from './customer-consents.ts'
import { customersLent } from './lent.ts'
import { currentTexts } from './notices.ts'
import { problem } from './problem.ts'
import { say } from './say.ts'

/** Consents that an app, a site or a mini program of the company asks for and records. */

const customerOf = async (ctx: Ctx, { kind, value }: AskQuestion['identifier']): Promise<number> => {
  const [found] = await customersLent().lookUp(ctx, kind, [value])
  if (!found || found.no === null) throw problem.customerUnknown()
  return found.no
}

/** Asked before the question is shown: after a no it waits (S5). @throws problem.customerUnknown */
export const answerMayAsk = async (ctx: Ctx, { identifier, purpose, channel }: AskQuestion): Promise<AskAnswer> => {
  const no = await customerOf(ctx, identifier)
  const answer = (await mayAsk(ctx, [no], { purpose, channel })).get(no)
  const text = (await currentTexts(ctx)).get(purpose)
  return {
    may: answer?.may ?? false,
    from: answer?.from?.toISOString() ?? null,
    notice: text ? { label: text.label, textHash: text.textHash, content: text.content } : null,
  }
}

/**
 * @returns whether it changed anything: the same word again does not
 * @throws problem.customerUnknown, problem.noticeNotInForce, problems of `say`
 */
export const recordProgramWord = async (
  ctx: Ctx,
  { identifier, purpose, channel, status, at, noticeVersion, act, method, evidence }: ProgramWord,
): Promise<{ changed: boolean }> => {
  const customerNo = await customerOf(ctx, identifier)
  const current = (await currentTexts(ctx)).get(purpose)?.label
  if (status === 'granted' && noticeVersion !== current) throw problem.noticeNotInForce({ inForce: current ?? null })
  const changed = await say(ctx, {
    customerNo,
    purpose,
    channel,
    yes: status === 'granted',
    refused: status === 'refused',
    ...(at !== undefined && { at: new Date(at) }),
    source: 'api',
    // Of this customer: two customers' programs may count their clicks alike.
    act: `api:${customerNo}:${act}`,
    evidence: { method, ...(evidence !== '' && { evidence: scanText(evidence).text }) },
  })
  return { changed }
}
