import type { Ctx } from '#platform'
import { type Customer, someCustomers } from '#test'
import type { ProjectView, RunDetail } from '../../src/customers/matching/contract.ts'
import { listPairs } from '../../src/customers/matching/pairs.ts'
import { createProject } from '../../src/customers/matching/projects.ts'
import { askRun, readRun, runMatching } from '../../src/customers/matching/runs.ts'
import { runningOf } from '../../src/customers/running.ts'

const surnames = '王李张刘陈杨黄赵周吴'
const given = '强静磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰'

export interface Facts {
  name: string
  birthday: string
  address: string
  gender: string
}

/** A made-up person by number; different for every number below 400. */
export const facts = (i: number): Facts => ({
  name: `${surnames[i % 10]}${given[(i * 7) % 20]}${given[(i * 3 + Math.floor(i / 10)) % 20]}`,
  birthday: `19${60 + (i % 40)}-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + ((i * 5) % 28)).padStart(2, '0')}`,
  address: `上海市浦东新区${given[i % 20]}${given[(i * 11) % 20]}路${1 + (i % 90)}号${1 + (i % 9)}室`,
  gender: i % 2 === 0 ? '男' : '女',
})

/**
 * `people` people, of whom the first `doubles` have a second customer under another account and phone.
 * @returns first records, then the doubles in the same order
 */
export const aBase = async (
  ctx: Ctx,
  { people = 120, doubles = 30 } = {},
): Promise<{ first: Customer[]; again: Customer[] }> => {
  const phone = (n: number) => `1391234${String(n).padStart(4, '0')}`
  const customers = await someCustomers(ctx, [
    ...Array.from({ length: people }, (_, i) => ({ traits: { ...facts(i), phone: phone(i) } })),
    ...Array.from({ length: doubles }, (_, i) => ({
      traits: { ...facts(i), phone: phone(5_000 + i), ...(i % 4 === 0 && { address: facts(i + 200).address }) },
    })),
  ])
  return { first: customers.slice(0, people), again: customers.slice(people) }
}

/** A context whose jobs are asked for and run by the test. */
export const withoutJobs = (ctx: Ctx): Ctx => ({ ...ctx, jobs: { ...ctx.jobs, send: () => Promise.resolve() } })

export const aProject = (ctx: Ctx, more: { autoLink?: boolean; name?: string } = {}): Promise<ProjectView> =>
  createProject(ctx, runningOf(ctx).dictionary, { name: '全部客户', autoLink: false, afterImports: false, ...more })

/** A whole run, to its end. */
export const run = async (ctx: Ctx, project: { id: string }, importId?: string): Promise<RunDetail> => {
  const { id } = await askRun(ctx, project.id, importId)
  await runMatching(ctx, Number(id), new AbortController().signal)
  return readRun(ctx, id)
}

/** Pairs of a state as `a-b`. */
export const pairs = async (ctx: Ctx, state: 'open' | 'linked' | 'rejected' | 'undone' = 'open'): Promise<string[]> =>
  (await listPairs(ctx, { state, limit: 200 })).items.map(({ a, b }) => `${a}-${b}`)
