import { z } from 'zod'
import { route } from '#platform'
import { checkCalls } from './called.ts'
import { exportTasks } from './export.ts'
import { listTasks, readTask } from './read.ts'
import {
  CallCheck,
  CallChecked,
  Task,
  TaskDetail,
  TaskExport,
  TaskExported,
  TaskId,
  TaskPage,
  TaskQuery,
  TaskResult,
  TaskResults,
  TaskResultsTaken,
  TaskStart,
  taskChannels,
} from './task-contract.ts'
import { claimNext, claimTask, finishTask, releaseTask, startTask, takeResults } from './work.ts'

const Id = z.object({ id: TaskId })

export const taskRoutes = [
  route('GET /tasks', {
    can: 'tasks.read',
    summary: 'Calls and words at the branch that wait for somebody, most urgent first',
    query: TaskQuery,
    reply: TaskPage,
    run: listTasks,
  }),
  route('POST /tasks/next', {
    can: 'tasks.work',
    summary: 'Take the most urgent task that nobody has',
    body: z.strictObject({ channel: z.enum(taskChannels).optional(), team: z.string().max(60).optional() }),
    reply: TaskDetail,
    run: claimNext,
  }),
  route('POST /tasks/results', {
    can: 'tasks.work',
    summary: 'Results of a call centre; each is taken by itself',
    body: TaskResults,
    reply: TaskResultsTaken,
    run: takeResults,
  }),
  route('POST /tasks/export', {
    can: 'tasks.read',
    summary: 'Waiting tasks for a call centre as CSV; in clear only with a purpose, audited',
    body: TaskExport,
    reply: TaskExported,
    run: exportTasks,
  }),
  route('POST /tasks/calls/check', {
    can: 'tasks.work',
    summary: 'A call centre asks before it calls: who withdrew since is not called',
    body: CallCheck,
    reply: CallChecked,
    run: checkCalls,
  }),
  route('GET /tasks/{id}', {
    can: 'tasks.work',
    summary: 'One task with what to say to this person',
    params: Id,
    reply: TaskDetail,
    run: readTask,
  }),
  route('POST /tasks/{id}/claim', {
    can: 'tasks.work',
    summary: 'Take a task',
    params: Id,
    reply: TaskDetail,
    run: claimTask,
  }),
  route('POST /tasks/{id}/release', {
    can: 'tasks.work',
    summary: 'Lay a task back',
    params: Id,
    reply: Task,
    run: releaseTask,
  }),
  route('POST /tasks/{id}/start', {
    can: 'tasks.work',
    summary: 'May he be called now? Then the number in clear, audited',
    params: Id,
    reply: TaskStart,
    run: startTask,
  }),
  route('POST /tasks/{id}/result', {
    can: 'tasks.work',
    summary: 'How it went: the journey goes on, wishes and complaints take effect',
    params: Id,
    body: TaskResult,
    reply: Task,
    run: finishTask,
  }),
]
