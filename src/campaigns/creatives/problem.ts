import { problems } from '#platform'

export const problem = problems('creatives', {
  unknown: { status: 404, title: 'There is no such creative' },
  versionUnknown: { status: 404, title: 'The creative has no such version' },
  archived: { status: 409, title: 'The creative is archived; restore it first' },
  used: { status: 409, title: 'Campaigns that run or are planned use this creative' },
  overtaken: { status: 409, title: 'Somebody else saved this creative meanwhile' },
  channelChanged: { status: 409, title: 'A creative keeps its channel' },
  template: { status: 400, title: 'A text is not a template that can be filled' },
  layout: { status: 400, title: 'The layout of the mail cannot be made' },
  notReady: { status: 409, title: 'Texts cannot be filled, or ask for what may not stand in them' },
  valueMissing: { status: 400, title: 'Values are missing that the text asks for' },
})
