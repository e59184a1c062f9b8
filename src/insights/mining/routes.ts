import { z } from 'zod'
import { job, type Route, route } from '#platform'
import { sendTable } from './answer-tables.ts'
import './tag-models.ts'
import {
  PeoplePage,
  PeopleRequest,
  Question,
  RulesPage,
  RulesQuery,
  Run,
  RunChange,
  RunId,
  RunsPage,
  RunsQuery,
  SavedList,
  SaveListRequest,
  TableQuery,
} from './contract.ts'
import { readPeople, saveAsList } from './people.ts'
import { readRules } from './rules/read-rules.ts'
import { answer, cancelRun, changeRun, deleteRun, listRuns, readRun, startRun } from './runs.ts'

/** RFM, customer value, clusters and association rules: questions that take a while, answered by a job. */
export const miningRoutes: readonly Route[] = [
  route('POST /insights/mining/runs', {
    can: 'insights.write',
    summary: 'Ask a question of mining; a job answers it',
    body: Question,
    reply: Run,
    status: 202,
    run: startRun,
  }),
  route('GET /insights/mining/runs', {
    can: 'insights.read',
    summary: 'Questions asked so far, newest first',
    query: RunsQuery,
    reply: RunsPage,
    run: listRuns,
  }),
  route('GET /insights/mining/runs/{id}', {
    can: 'insights.read',
    summary: 'One question with its progress or answer',
    params: RunId,
    reply: Run,
    run: readRun,
  }),
  route('PATCH /insights/mining/runs/{id}', {
    can: 'insights.write',
    summary: 'Title a question, name its clusters',
    params: RunId,
    body: RunChange,
    reply: Run,
    run: changeRun,
  }),
  route('POST /insights/mining/runs/{id}/cancel', {
    can: 'insights.write',
    summary: 'Stop working on it',
    params: RunId,
    reply: Run,
    run: cancelRun,
  }),
  route('DELETE /insights/mining/runs/{id}', {
    can: 'insights.write',
    summary: 'Delete a question and its answer',
    params: RunId,
    status: 204,
    run: deleteRun,
  }),
  route('GET /insights/mining/runs/{id}/rules', {
    can: 'insights.read',
    summary: 'Association rules found, sorted and filtered',
    params: RunId,
    query: RulesQuery,
    reply: RulesPage,
    run: readRules,
  }),
  route('POST /insights/mining/runs/{id}/people', {
    can: 'customers.read',
    summary: 'The people behind a part of an answer; masked',
    params: RunId,
    body: PeopleRequest,
    reply: PeoplePage,
    run: readPeople,
  }),
  route('POST /insights/mining/runs/{id}/list', {
    can: 'audiences.write',
    summary: 'Keep the people behind a part of an answer as a list',
    params: RunId,
    body: SaveListRequest,
    reply: SavedList,
    status: 201,
    run: saveAsList,
  }),
  route('GET /insights/mining/runs/{id}/table', {
    can: 'insights.read',
    summary: 'An answer as a CSV or XLSX file',
    params: RunId,
    query: TableQuery,
    run: (ctx, input, { reply }) => sendTable(ctx, input, reply),
  }),
]

export const miningJobs = [
  job({
    name: 'insights.mine',
    attempts: 3,
    timeoutSeconds: 7_200,
    input: z.object({ id: z.uuid() }),
    run: answer,
  }),
]
