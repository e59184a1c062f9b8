import { problems } from '#platform'

export const problem = problems('adAudiences', {
  unknown: { status: 404, title: 'There is no such ad audience' },
  nameTaken: { status: 409, title: 'An ad audience with this name exists' },
  retired: { status: 409, title: 'This ad audience was retired' },
  setUnknown: { status: 400, title: 'There is no such audience or list' },
  notApproved: { status: 409, title: 'A second person has to approve this ad audience as it is now' },
  running: { status: 409, title: 'An export of this ad audience is on its way' },
  changed: { status: 409, title: 'Somebody else changed this ad audience meanwhile' },
  exportUnknown: { status: 404, title: 'There is no such export of an ad audience' },
  over: { status: 409, title: 'This export is over' },
  fileGone: { status: 409, title: 'This file is not there any more: run the export again' },
  recipientHasMembers: { status: 409, title: 'People are with this recipient: take them back before another is named' },
})
