import { problems } from '../problem.ts'

export const problem = problems('audit', {
  signingKeyMissing: { status: 500, title: 'The key that signed the earlier anchors of the audit trail is gone' },
})
