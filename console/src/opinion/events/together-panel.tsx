import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button } from 'antd'
import type { EventSuggestions, OpinionEvent } from '../../../../src/opinion/events/events-contract.ts'
import { aspectNames, nameIn } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { getSuggestions, keepApart, mergeEvent } from './event-calls.ts'
import { EventBadges } from './event-marks.tsx'

type Suggestion = EventSuggestions['items'][number]

/** Events that may be this story too, each with why: taken in, or said to be another, with one click. */
export const TogetherPanel = ({ event, writes }: { event: OpinionEvent; writes: boolean }) => {
  const words = useText().events
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const found = useQuery({
    queryKey: ['opinion', 'events', event.id, 'suggestions'],
    queryFn: ({ signal }) => getSuggestions(event.id, signal),
    refetchInterval: 60_000,
  })
  const change = useMutation({
    mutationFn: ({ run }: { run: () => Promise<unknown>; said: string }) => run(),
    onSuccess: async (_, { said }) => {
      await client.invalidateQueries({ queryKey: ['opinion', 'events'] })
      message.success(said)
    },
    onError: fail,
  })
  const items = found.data?.items ?? []
  // A hint: while it is looked for, or where nothing is alike, there is nothing to say.
  if (items.length === 0) return null
  return (
    <Panel title={words.together} note={words.togetherHint} flush>
      <ul className="event-together">
        {items.map((item) => (
          <Row
            key={item.event.id}
            item={item}
            busy={change.isPending}
            onMerge={
              writes
                ? (reason) =>
                    change.mutate({ run: () => mergeEvent(item.event.id, event.id, reason), said: words.tookIn })
                : undefined
            }
            onApart={() => change.mutate({ run: () => keepApart(event.id, item.event.id), said: words.keptApart })}
          />
        ))}
      </ul>
    </Panel>
  )
}

const Row = ({
  item: { event, likeness, words: shared, aspects },
  busy,
  onMerge,
  onApart,
}: {
  item: Suggestion
  busy: boolean
  onMerge: ((reason: string) => void) | undefined
  onApart: () => void
}) => {
  const words = useText().events
  const format = useFormats()
  const { language } = usePreferences()
  const why = [
    ...(shared.length > 0 ? [words.sameWords(shared.join(words.wordComma))] : []),
    ...(aspects.length > 0
      ? [words.sameAspects(aspects.map((aspect) => nameIn(aspectNames, aspect, language)).join(words.wordComma))]
      : []),
  ]
  return (
    <li>
      <div className="event-together-what">
        <div className="row">
          <Link className="strong" to="/opinion/events/$id" params={{ id: String(event.id) }}>
            {event.title}
          </Link>
          <EventBadges event={event} withState />
        </div>
        <div className="muted small">
          {format.count(event.posts)} {words.posts} · {words.firstAt} {format.dateTime(event.firstAt)} · {words.lastAt}{' '}
          <Ago at={event.lastAt} />
        </div>
        <div className="row small">
          <Badge>{words.alike(format.share(likeness))}</Badge>
          {why.map((reason) => (
            <span key={reason}>{reason}</span>
          ))}
        </div>
      </div>
      {onMerge && (
        <div className="row">
          <Button
            size="small"
            icon={<Icon name="merge" size={14} />}
            disabled={busy}
            onClick={() => onMerge(why.join('；').slice(0, 500) || words.together)}
          >
            {words.takeIn}
          </Button>
          <Button size="small" type="text" disabled={busy} onClick={onApart}>
            {words.isAnother}
          </Button>
        </div>
      )}
    </li>
  )
}
