import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { listEvidence } from './source-calls.ts'

/** On a post: the way to the bytes it was found in, where they were kept. */
export const EvidenceOfPost = ({ detail: { post } }: { detail: { post: { id: string; drillId: number } } }) => {
  const words = useText().opinionSources
  const navigate = useNavigate()
  const evidence = useQuery({
    queryKey: ['opinionSources', 'evidence', 'of-post', post.id],
    queryFn: ({ signal }) => listEvidence({ postId: post.id }, signal),
    enabled: post.drillId === 0,
  })
  if (!evidence.data || evidence.data.items.length === 0) return null
  return (
    <Button
      size="small"
      icon={<Icon name="lock" size={14} />}
      onClick={() => navigate({ to: '/opinion/evidence', search: { post: post.id } })}
    >
      {words.evidence} {evidence.data.items.length}
    </Button>
  )
}
