import { setTag } from '#audiences'
import { sayTraits } from '#customers'
import type { Ctx } from '#platform'
import type { Step } from './journey-contract.ts'
import type { RunningVersion } from './versions.ts'

type Update = Extract<Step, { kind: 'update' }>

/**
 * Sets the trait or tag of people who stand at an update step. It may be made twice (the program ends before they move on): the
 * same value as of the same arrival, so nobody notices.
 * @returns why, by customer, where it cannot be made
 * @throws problem of audiences, when the tag cannot be set for anybody
 */
export const makeUpdates = async (
  ctx: Ctx,
  { campaignId, version }: Pick<RunningVersion, 'campaignId' | 'version'>,
  { id, step, ones }: { id: string; step: Step; ones: readonly { customerNo: number; arrivedAt: Date }[] },
): Promise<ReadonlyMap<number, string>> => {
  const { set } = step as Update
  const each = [...new Map(ones.map((one) => [one.customerNo, one])).values()]
  if ('trait' in set) {
    const said = each.map(({ customerNo, arrivedAt }) => ({
      no: customerNo,
      name: set.trait,
      value: set.value,
      at: arrivedAt,
    }))
    return sayTraits(ctx, said)
  }
  const nos = each.map(({ customerNo }) => customerNo)
  await setTag(ctx, { key: set.tag, nos, value: set.value, why: { campaign: campaignId, version, step: id } })
  return new Map()
}
