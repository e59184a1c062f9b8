import { z } from 'zod'
import { type Ctx, type Job, job, type Route, route } from '#platform'
import type { Running } from '../running.ts'
import {
  FieldChoice,
  NewProject,
  NewRun,
  PairDecision,
  PairDetail,
  PairId,
  PairPage,
  PairQuery,
  ProjectChange,
  ProjectId,
  ProjectView,
  Reason,
  RunDetail,
  RunId,
  RunView,
} from './contract.ts'
import { decidePair, listPairs, readPair, undoPair } from './pairs.ts'
import { fieldChoices } from './people.ts'
import { changeProject, createProject, deleteProject, listProjects, readProject } from './projects.ts'
import { askRun, cancelRun, listRuns, matchNewImports, readRun, runMatching, undoRun } from './runs.ts'

const Project = z.object({ id: ProjectId })
const Run = z.object({ id: RunId })
const Pair = z.object({ id: PairId })

/** @param running what lives as long as the process */
export const matchingRoutes = (running: (ctx: Ctx) => Running): readonly Route[] => {
  /** What tracking remembers of people ends when somebody says who is who. */
  const forgetting =
    <Input, Result>(change: (ctx: Ctx, input: Input) => Promise<Result>) =>
    async (ctx: Ctx, input: Input): Promise<Result> => {
      const result = await change(ctx, input)
      running(ctx).committer.forget()
      return result
    }
  return [
    route('GET /matching/fields', {
      can: 'customers.read',
      summary: 'What customers can be compared by, with the comparison that fits each',
      reply: z.object({ items: z.array(FieldChoice) }),
      run: async (ctx) => ({ items: fieldChoices(await running(ctx).dictionary.entries(ctx)) }),
    }),
    route('GET /matching/projects', {
      can: 'customers.read',
      summary: 'Matching projects with their last run and how many pairs wait',
      reply: z.object({ items: z.array(ProjectView) }),
      run: async (ctx) => ({ items: await listProjects(ctx) }),
    }),
    route('POST /matching/projects', {
      can: 'customers.merge',
      summary: 'A new matching project; without a plan, one that fits the traits there are',
      body: NewProject,
      reply: ProjectView,
      run: (ctx, project) => createProject(ctx, running(ctx).dictionary, project),
    }),
    route('GET /matching/projects/{id}', {
      can: 'customers.read',
      summary: 'One matching project',
      params: Project,
      reply: ProjectView,
      run: (ctx, { id }) => readProject(ctx, id),
    }),
    route('PATCH /matching/projects/{id}', {
      can: 'customers.merge',
      summary: 'Change a matching project; what is not given stays',
      params: Project,
      body: ProjectChange,
      reply: ProjectView,
      run: (ctx, { id, ...change }) => changeProject(ctx, running(ctx).dictionary, id, change),
    }),
    route('DELETE /matching/projects/{id}', {
      can: 'customers.merge',
      summary: 'Remove a matching project with its runs; what was decided stays',
      params: Project,
      status: 204,
      run: (ctx, { id }) => deleteProject(ctx, id),
    }),
    route('GET /matching/projects/{id}/runs', {
      can: 'customers.read',
      summary: 'Runs of a project, newest first',
      params: Project,
      reply: z.object({ items: z.array(RunView) }),
      run: async (ctx, { id }) => ({ items: await listRuns(ctx, id) }),
    }),
    route('POST /matching/projects/{id}/runs', {
      can: 'customers.merge',
      summary: 'Match everybody, or the new customers of an import, in the background',
      params: Project,
      body: NewRun,
      reply: RunView,
      run: (ctx, { id, importId }) => askRun(ctx, id, importId),
    }),
    route('GET /matching/runs/{id}', {
      can: 'customers.read',
      summary: 'One run: progress, learned weights, histogram',
      params: Run,
      reply: RunDetail,
      run: (ctx, { id }) => readRun(ctx, id),
    }),
    route('POST /matching/runs/{id}/cancel', {
      can: 'customers.merge',
      summary: 'End a run; what it has linked stays and can be undone',
      params: Run,
      status: 204,
      run: (ctx, { id }) => cancelRun(ctx, id),
    }),
    route('POST /matching/runs/{id}/undo', {
      can: 'customers.merge',
      summary: 'Undo every link of a run; undone pairs are not proposed again',
      params: Run,
      body: Reason,
      reply: z.object({ undone: z.number().int() }),
      run: forgetting((ctx: Ctx, { id, reason }: { id: string; reason: string }) => undoRun(ctx, id, reason)),
    }),
    route('GET /matching/pairs', {
      can: 'customers.read',
      summary: 'Pairs that may be one person, likeliest first',
      query: PairQuery,
      reply: PairPage,
      run: listPairs,
    }),
    route('GET /matching/pairs/{id}', {
      can: 'customers.read',
      summary: 'Two customers side by side, masked, with the weight of each comparison',
      params: Pair,
      reply: PairDetail,
      run: (ctx, { id }) => readPair(ctx, running(ctx).dictionary, id),
    }),
    route('POST /matching/pairs/{id}/decide', {
      can: 'customers.merge',
      summary: 'One person, who is merged, or two, who are never proposed again',
      params: Pair,
      body: PairDecision,
      status: 204,
      run: forgetting(decidePair),
    }),
    route('POST /matching/pairs/{id}/undo', {
      can: 'customers.merge',
      summary: 'Take a link back: two customers again, never proposed again',
      params: Pair,
      body: Reason,
      status: 204,
      run: forgetting(undoPair),
    }),
  ]
}

export const matchingJobs: readonly Job[] = [
  job({
    name: 'customers.match',
    attempts: 2,
    timeoutSeconds: 7_200,
    input: z.object({ id: z.number().int() }),
    run: (ctx, { id }, signal) => runMatching(ctx, id, signal),
  }),
  job({ name: 'customers.matchNewImports', cron: '*/5 * * * *', input: z.object({}), run: matchNewImports }),
]
