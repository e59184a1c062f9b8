import { problems } from '#platform'

export const problem = problems('reading', {
  postUnknown: { status: 404, title: 'There is no such post' },
  mentionUnknown: { status: 404, title: 'The post is not about this subject' },
  correctionUnknown: { status: 404, title: 'There is no such correction' },
  undoneAlready: { status: 409, title: 'The correction was undone or another one came after it' },
})
