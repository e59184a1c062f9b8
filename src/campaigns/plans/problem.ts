import { problems } from '#platform'

export const problem = problems('campaigns', {
  unknown: { status: 404, title: 'There is no such campaign' },
  unknownVersion: { status: 404, title: 'There is no such version of the campaign' },
  nameTaken: { status: 409, title: 'A campaign with this name exists' },
  editedMeanwhile: { status: 409, title: 'Somebody else changed the campaign since it was read' },
  published: { status: 409, title: 'A campaign that ran is kept; stop it instead of deleting it' },
  blocked: { status: 409, title: 'Something keeps the campaign from being submitted or published' },
  notApproved: { status: 409, title: 'Exactly this content has not been approved' },
  wrongState: { status: 409, title: 'The campaign is not in a state in which this can be done' },
  unchanged: { status: 409, title: 'What runs is the same already' },
})
