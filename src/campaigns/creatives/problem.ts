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
  valueMissing: { status: 400, title: 'Values are missing that the text asks for' },
  variableRefused: { status: 400, title: 'The text asks for something that may not stand in a message' },
  purposeNeeded: { status: 400, title: 'Personal values stand in the text: say what for' },
  sampleUnknown: { status: 404, title: 'There is no such sample person' },
})
