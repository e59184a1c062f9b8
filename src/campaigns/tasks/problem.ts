import { problems } from '#platform'

export const problem = problems('tasks', {
  unknown: { status: 404, title: 'There is no such task' },
  taken: { status: 409, title: 'Somebody else works on this task' },
  over: { status: 409, title: 'This task is over' },
  notTaken: { status: 409, title: 'Take the task first' },
  none: { status: 404, title: 'No task waits for you' },
})
