import type { ComponentType } from 'react'
import type { PostDetail } from '../../../../src/opinion/posts/post-contract.ts'
import { CorrectPost } from '../reading/correct-post.tsx'
import { EvidenceOfPost } from '../sources/evidence-of-post.tsx'
import { TicketOfPost } from '../tickets/ticket-of-post.tsx'

/** What other parts do with a post (open an incident, link a fact, put a reading right): each brings its own button or panel. */
export interface PostSlot {
  key: string
  /** `actions` stands beside the link to the original, `below` under the reading. */
  place: 'actions' | 'below'
  component: ComponentType<{ detail: PostDetail }>
}

export const postSlots: readonly PostSlot[] = [
  { key: 'evidence', place: 'actions', component: EvidenceOfPost },
  { key: 'correct', place: 'actions', component: CorrectPost },
  { key: 'ticket', place: 'actions', component: TicketOfPost },
]
