import { problems } from '#platform'

export const problem = problems('statements', {
  unknown: { status: 404, title: 'There is no such statement' },
  templateUnknown: { status: 404, title: 'There is no such template' },
  incidentUnknown: { status: 404, title: 'There is no such incident' },
  changed: { status: 409, title: 'Somebody wrote a newer version meanwhile' },
  withdrawn: { status: 409, title: 'This statement was withdrawn' },
  blocked: { status: 409, title: 'The text breaks rules that cannot be waived, or cites what is not an approved fact' },
  notApproved: { status: 409, title: 'Exactly this text has not been approved' },
  beforeApproval: {
    status: 409,
    title: 'This text was approved later than that; what went out earlier went out without an approval',
  },
  factOver: {
    status: 409,
    title: 'A fact that the text cites was withdrawn, replaced or ran out after the approval; have it approved anew',
  },
  drill: { status: 409, title: 'A statement of a drill is never published' },
})
