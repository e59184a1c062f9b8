import { Link } from '@tanstack/react-router'
import { useText } from '../i18n/text.ts'
import { Badge, type Tone } from '../ui/marks.tsx'
import type { Campaign, CampaignState } from './campaign-shapes.ts'

const stateTones: Record<CampaignState, Tone> = {
  draft: 'plain',
  running: 'good',
  paused: 'warn',
  stopping: 'blue',
  ended: 'plain',
}

export const StateBadge = ({ state }: { state: CampaignState }) => {
  const t = useText()
  return (
    <span title={t.campaigns.stateHints[state]}>
      <Badge tone={stateTones[state]} dot={state !== 'draft' && state !== 'ended'} live={state === 'running'}>
        {t.campaigns.states[state]}
      </Badge>
    </span>
  )
}

const reviewTones: Readonly<Record<string, Tone>> = {
  review: 'blue',
  opinion: 'blue',
  approved: 'good',
  returned: 'warn',
  refused: 'bad',
}

export const ReviewBadge = ({ review }: { review: Campaign['review'] }) => {
  const t = useText()
  if (!review) return <span className="muted">{t.campaigns.notReviewed}</span>
  return (
    <a href={`/reviews/${review.id}`}>
      <Badge tone={reviewTones[review.state] ?? 'plain'}>
        {t.campaigns.reviewStates[review.state] ?? review.state}
      </Badge>
    </a>
  )
}

export const CategoryBadge = ({ category }: { category: Campaign['category'] }) => {
  const t = useText()
  return <Badge tone={category === 'service' ? 'blue' : 'teal'}>{t.campaigns.categories[category]}</Badge>
}

export const CampaignLink = ({ id, name }: { id: number; name: string }) => (
  <Link className="strong" to="/campaigns/$id" params={{ id: String(id) }}>
    {name}
  </Link>
)
