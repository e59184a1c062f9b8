import { problems } from '#platform'

export const problem = problems('customers', {
  exportUnknown: { status: 404, title: 'There is no such export' },
  exportNotReady: { status: 409, title: 'The file of this export is not there yet, or no longer' },
  exportSetUnknown: { status: 400, title: 'Say whom to export: all, ids, or an audience' },
  exportColumnUnknown: { status: 400, title: 'There is no such column' },
})
