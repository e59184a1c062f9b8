import { problems } from '#platform'

export const problem = problems('customers', {
  exportUnknown: { status: 404, title: 'There is no such export' },
  exportNotReady: { status: 409, title: 'The file of this export is not there yet, or no longer' },
  exportSetUnknown: { status: 400, title: 'Say whom to export: all, ids, or an audience' },
  exportGateRefused: { status: 409, title: 'The export gate refused it: people could be told in this file' },
  exportColumnNotAnonymous: { status: 400, title: 'An anonymous export holds no identifiers and no personal traits' },
  exportColumnsNeeded: { status: 400, title: 'Choose the columns of an anonymous export' },
  exportColumnUnknown: { status: 400, title: 'There is no such column' },
})
