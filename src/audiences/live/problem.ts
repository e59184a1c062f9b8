import { problems } from '#platform'

export const problem = problems('audiences', {
  unknown: { status: 404, title: 'There is no such audience' },
  notFollowed: { status: 503, title: 'No process follows the living audiences', retryAfterSeconds: 30 },
  rebuildFailed: { status: 409, title: 'The living audience could not be computed' },
  notRefreshed: { status: 409, title: 'This audience has not been refreshed yet, so it has no members to take' },
  cursorUnread: { status: 400, title: 'That is no cursor of this feed' },
  webhookUnknown: { status: 404, title: 'There is no such webhook' },
  webhookTarget: { status: 400, title: 'Webhooks are not sent to this address' },
  webhooksMost: { status: 409, title: 'The audience has as many webhooks as one may have' },
  sendsDisarmed: { status: 409, title: 'Sending is disarmed since a restore: an administrator arms it again' },
})
