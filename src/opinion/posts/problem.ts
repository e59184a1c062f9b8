import { problems } from '#platform'

export const problem = problems('posts', {
  unknown: { status: 404, title: 'There is no such post' },
  cursorWrong: { status: 400, title: 'The place to go on from cannot be read' },
  timesWrong: { status: 400, title: 'The end lies before the beginning' },
  left: { status: 499, title: 'Whoever asked has left' },
  searchUnknown: { status: 404, title: 'There is no such saved search' },
  searchNotYours: { status: 403, title: 'Only its owner changes a saved search' },
})
