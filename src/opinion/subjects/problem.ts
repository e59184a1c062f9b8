import { problems } from '#platform'

export const problem = problems('subjects', {
  unknown: { status: 404, title: 'There is no such subject' },
  ruleUnknown: { status: 404, title: 'There is no such rule' },
  filterUnknown: { status: 404, title: 'There is no such filter' },
  nameTaken: { status: 409, title: 'A subject with this name exists' },
  parentWrong: { status: 400, title: 'A subject cannot stand above itself' },
  hasParts: { status: 409, title: 'Subjects below it have to be moved first' },
  ruleWrong: { status: 400, title: 'The rule cannot be read' },
  contextNeeded: { status: 400, title: 'Initials need context words' },
  exceptionWrong: { status: 400, title: 'An exception names at least one platform or source' },
  changed: { status: 409, title: 'Somebody changed this rule meanwhile' },
  rematchGoingOn: { status: 409, title: 'Stored posts are being matched again already' },
  rematchUnknown: { status: 404, title: 'There is no such run' },
  cursorWrong: { status: 400, title: 'The place to go on from cannot be read' },
})
