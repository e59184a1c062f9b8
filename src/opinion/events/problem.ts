import { problems } from '#platform'

export const problem = problems('opinionEvents', {
  unknown: { status: 404, title: 'There is no such event' },
  mergedAway: { status: 409, title: 'This event was merged into another one' },
  sameEvent: { status: 409, title: 'An event cannot be merged with itself' },
  otherDrill: { status: 409, title: 'A drill and what is real are not merged' },
  allOfIt: { status: 409, title: 'Splitting off everything would leave nothing' },
  noneOfIt: { status: 409, title: 'None of these posts belong to the event' },
  cannotUndo: { status: 409, title: 'This cannot be undone any more: the event was changed since' },
  alreadyClosed: { status: 409, title: 'The event is closed already' },
  notClosed: { status: 409, title: 'The event is not closed' },
})
