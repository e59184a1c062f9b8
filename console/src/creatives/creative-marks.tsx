import { Link } from '@tanstack/react-router'
import { useText } from '../i18n/text.ts'
import { Badge, type Tone } from '../ui/marks.tsx'
import type { CreativeRow, ReviewState } from './creative-shapes.ts'

export const reviewTones: Readonly<Record<ReviewState, Tone>> = {
  review: 'blue',
  opinion: 'blue',
  approved: 'good',
  returned: 'warn',
  refused: 'bad',
  withdrawn: 'plain',
  void: 'plain',
}

export const ReviewStateBadge = ({ state }: { state: ReviewState }) => {
  const t = useText()
  return (
    <Badge tone={reviewTones[state]} dot>
      {t.reviews.states[state]}
    </Badge>
  )
}

/** Where a creative's words stand: never submitted, or the newest review of exactly them. */
export const CreativeReview = ({ review }: Pick<CreativeRow, 'review'>) => {
  const t = useText()
  if (!review) return <span className="muted">{t.creatives.notSubmitted}</span>
  return (
    <Link to="/reviews/$id" params={{ id: String(review.id) }}>
      <ReviewStateBadge state={review.state} />
    </Link>
  )
}
