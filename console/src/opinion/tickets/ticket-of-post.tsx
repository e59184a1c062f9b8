import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { listTickets, type TicketKind, ticketFromPost, ticketKinds } from './ticket-calls.ts'

/** On a post: the way to its ticket, or one click that makes it one. */
export const TicketOfPost = ({ detail: { post } }: { detail: { post: { id: string; drillId: number } } }) => {
  const t = useText()
  const words = t.tickets
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const found = useQuery({
    queryKey: ['tickets', 'of-post', post.id],
    queryFn: async ({ signal }) =>
      (await listTickets({ postId: post.id, drillId: post.drillId, state: 'all', limit: 1 }, signal)).items[0] ?? null,
  })
  const make = useMutation({
    mutationFn: (kind: TicketKind) => ticketFromPost({ postId: post.id, kind, drillId: post.drillId }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['tickets'] })
      await navigate({ to: '/opinion/tickets/$id', params: { id: String(id) } })
    },
    onError: fail,
  })
  if (found.data)
    return (
      <Link to="/opinion/tickets/$id" params={{ id: String(found.data.id) }}>
        <Button size="small">
          {words.title} #{found.data.id} · {words.states[found.data.state]}
        </Button>
      </Link>
    )
  if (found.data === undefined || !can('opinion.handle')) return null
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: ticketKinds.map((key) => ({ key, label: words.kinds[key] })),
        onClick: ({ key }) => make.mutate(key as TicketKind),
      }}
    >
      <Button size="small" icon={<Icon name="plus" size={14} />} loading={make.isPending}>
        {words.fromPost}
      </Button>
    </Dropdown>
  )
}
