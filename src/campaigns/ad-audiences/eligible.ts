import { sql } from 'kysely'
import {
  type ConsentState,
  consentsOf,
  consentVerdict,
  doNotContactOf,
  exclusionsOf,
  type PurposeRules,
} from '#compliance'
import { recipientsOf } from '#customers'
import type { Ctx } from '#platform'
import type { Product, Refusal } from '../channels-contract.ts'
import { inGlobalHoldout } from '../experiments/assign.ts'
import type { Limits } from '../limits/limits-contract.ts'
import { formOf } from './identifier-form.ts'
import type { TargetThen } from './tables.ts'

/** Who may be given to a recipient: each person needs a separate consent that names it (PIPL 23), and nothing against it. */

const whys: Readonly<Record<ReturnType<typeof consentVerdict>['why'], Refusal | undefined>> = {
  granted: undefined,
  // Giving data to a recipient never rests on anything but consent here.
  notNeeded: 'NO_CONSENT',
  purposeUnknown: 'NO_CONSENT',
  none: 'NO_CONSENT',
  refused: 'NO_CONSENT',
  withdrawn: 'CONSENT_WITHDRAWN',
  expired: 'CONSENT_EXPIRED',
  noticeUnknown: 'NOTICE_CHANGED',
  noticeReplaced: 'NOTICE_CHANGED',
}

/** Of words at one instant the no counts. */
const isNewer = (a: ConsentState, b: ConsentState): boolean =>
  a.at.getTime() === b.at.getTime() ? a.status !== 'granted' : a.at > b.at

/** A yes to a recipient is given once, wherever it was said: the newest word counts, on whatever channel. */
export const recipientConsent = (
  rules: PurposeRules | undefined,
  states: readonly ConsentState[],
  now: Date,
): Refusal | undefined => {
  const last = states
    .filter(({ purpose }) => purpose === rules?.key)
    .reduce<ConsentState | undefined>(
      (newest, state) => (newest && !isNewer(state, newest) ? newest : state),
      undefined,
    )
  return whys[consentVerdict(rules, last ? [last] : [], last?.channel ?? '', now).why]
}

export interface Question {
  target: Pick<TargetThen, 'platform' | 'form'> & { product: Product }
  rules: PurposeRules | undefined
  holdout: Limits['holdout']
}

export interface Judged {
  /** The live number of the person. */
  no: number
  refusal: Refusal | undefined
  /** As the platform takes it; there when nothing is against it. Personal, though hashed: never logged, stored sealed. */
  identifier: string | undefined
}

/** The person behind each number; unknown numbers are left out. */
const rootsOf = async (ctx: Ctx, nos: readonly number[]): Promise<Map<number, { erased: boolean }>> => {
  const { rows } = await sql<{ root: number; erased: boolean }>`
    select distinct r.no as root, r.erased_at is not null as erased from unnest(${`{${nos.join(',')}}`}::int[]) as a (no)
    cross join lateral (select root_no from customers.customer where no = a.no limit 1) c
    cross join lateral (select no, erased_at from customers.customer where no = c.root_no limit 1) r`.execute(ctx.pg)
  return new Map(rows.map(({ root, erased }) => [root, { erased }]))
}

/**
 * Judges people, in the order of the send gate: erased, consent, do not contact, exclusions, the non-personalised switch, the
 * global holdout, an identifier of the form. A dozen statements, however many people; at most some thousand at a time.
 * @returns one answer per person, by live number; numbers merged into one person give one
 */
export const judge = async (
  ctx: Ctx,
  nos: readonly number[],
  { target, rules, holdout }: Question,
): Promise<Judged[]> => {
  const persons = await rootsOf(ctx, nos)
  const live = [...persons].flatMap(([no, { erased }]) => (erased ? [] : [no]))
  const now = ctx.now()
  const consents = await consentsOf(ctx, live)
  const barred = await doNotContactOf(ctx, live)
  const excluded = await exclusionsOf(ctx, live, { category: 'marketing', product: target.product })
  const refusalOf = (no: number): Refusal | undefined => {
    if (persons.get(no)?.erased) return 'CUSTOMER_ERASED'
    const consent = recipientConsent(rules, consents.get(no) ?? [], now)
    if (consent) return consent
    if ((barred.get(no) ?? []).length > 0) return 'DO_NOT_CONTACT'
    const exclusion = excluded.get(no)
    if (!exclusion) return 'NO_CONSENT'
    const [reason] = exclusion.reasons
    if (reason) return reason.code
    if (!exclusion.personalised) return 'NON_PERSONALISED'
    return inGlobalHoldout(holdout, no) ? 'HOLDOUT_GLOBAL' : undefined
  }
  const refusals = new Map([...persons.keys()].map((no) => [no, refusalOf(no)]))
  const form = formOf(target.platform, target.form)
  // Values are opened only of those who may be given.
  const recipients = await recipientsOf(
    ctx,
    live.filter((no) => refusals.get(no) === undefined),
    [form.kind],
  )
  return [...refusals].map(([no, refusal]) => {
    if (refusal) return { no, refusal, identifier: undefined }
    const value = recipients.get(no)?.addresses[form.kind]
    const identifier = value === undefined ? undefined : form.write(value)
    return { no, refusal: identifier === undefined ? 'NO_ADDRESS' : undefined, identifier }
  })
}
