import { z } from 'zod'
import { type Route, route } from '#platform'
import { closeEvent, mergeEvents, renameEvent, reopenEvent, splitEvent, undoChange } from './changes.ts'
import {
  ChangeId,
  ChangeReason,
  EventDetail,
  EventId,
  EventPage,
  EventPostQuery,
  EventPosts,
  EventQuery,
  EventSuggestions,
  KeepApart,
  MergeEvents,
  RenameEvent,
  SplitEvent,
  Spread,
  Timeline,
  TimelineQuery,
} from './events-contract.ts'
import { listEvents } from './list.ts'
import { readEvent, readEventPosts, readSpread, readTimeline } from './read.ts'
import { keepApart, suggestTogether } from './suggest.ts'

const Id = z.object({ id: EventId })
const Changed = z.object({ id: z.int() })

export const eventRoutes: readonly Route[] = [
  route('GET /opinion/events', {
    can: 'opinion.read',
    summary: 'Opinion events with their figures, the hottest first',
    query: EventQuery,
    reply: EventPage,
    run: listEvents,
  }),
  route('GET /opinion/events/{id}', {
    can: 'opinion.read',
    summary: 'One event: figures, shares, voices, bursts and what people changed',
    params: Id,
    reply: EventDetail,
    run: readEvent,
  }),
  route('GET /opinion/events/{id}/timeline', {
    can: 'opinion.read',
    summary: 'How an event ran over time, where it hopped, what is to come',
    params: Id,
    query: TimelineQuery,
    reply: Timeline,
    run: readTimeline,
  }),
  route('GET /opinion/events/{id}/spread', {
    can: 'opinion.read',
    summary: 'Tree of copies and answers: layers, secondary spreaders, audience',
    params: Id,
    reply: Spread,
    run: readSpread,
  }),
  route('GET /opinion/events/{id}/posts', {
    can: 'opinion.read',
    summary: 'Posts of an event, one for each text or all',
    params: Id,
    query: EventPostQuery,
    reply: EventPosts,
    run: readEventPosts,
  }),
  route('GET /opinion/events/{id}/suggestions', {
    can: 'opinion.read',
    summary: 'Events that may be the same story, each with why',
    params: Id,
    reply: EventSuggestions,
    run: suggestTogether,
  }),
  route('POST /opinion/events/{id}/apart', {
    can: 'opinion.write',
    summary: 'Two events are two stories: neither is suggested for the other any more',
    params: Id,
    body: KeepApart,
    reply: Changed,
    run: keepApart,
  }),
  route('POST /opinion/events/{id}/merge', {
    can: 'opinion.write',
    summary: 'Two events are one story: the posts of this one go to the other',
    params: Id,
    body: MergeEvents,
    reply: Changed,
    run: mergeEvents,
  }),
  route('POST /opinion/events/{id}/split', {
    can: 'opinion.write',
    summary: 'Posts that tell another story leave for an event of their own',
    params: Id,
    body: SplitEvent,
    reply: Changed,
    run: splitEvent,
  }),
  route('PUT /opinion/events/{id}/title', {
    can: 'opinion.write',
    summary: 'Another title for an event',
    params: Id,
    body: RenameEvent,
    reply: Changed,
    run: renameEvent,
  }),
  route('POST /opinion/events/{id}/close', {
    can: 'opinion.write',
    summary: 'Close an event before silence does',
    params: Id,
    body: ChangeReason,
    reply: Changed,
    run: closeEvent,
  }),
  route('POST /opinion/events/{id}/reopen', {
    can: 'opinion.write',
    summary: 'Open a closed event, or one that is only watched',
    params: Id,
    body: ChangeReason,
    reply: Changed,
    run: reopenEvent,
  }),
  route('POST /opinion/event-changes/{changeId}/undo', {
    can: 'opinion.write',
    summary: 'Take back a merge, a split or a new title',
    params: z.object({ changeId: ChangeId }),
    body: ChangeReason,
    reply: Changed,
    run: undoChange,
  }),
]
