import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Mentions, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { EntryLine } from './entry-line.tsx'
import { readEntries, say } from './incident-calls.ts'
import type { Incident } from './incident-shapes.ts'
import { useHandlers } from './person-select.tsx'

const filters = {
  timelineAll: '',
  timelineSaid: 'comment,decision',
  timelineOpinion: 'burst,posts,level,linked,unlinked,alert',
  timelineDone: 'state,task,lane,signed,unsigned,clock,due,escalated,statement,pack,product,file',
} as const
type Filter = keyof typeof filters

/** Everything that happened, the newest at the top, and a word of one's own. */
export const Timeline = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const [filter, setFilter] = useState<Filter>('timelineAll')
  const entries = useInfiniteQuery({
    queryKey: ['incidents', 'entries', incident.id, filter],
    queryFn: ({ pageParam, signal }) =>
      readEntries(
        incident.id,
        { ...(filters[filter] !== '' && { kinds: filters[filter] }), before: pageParam },
        signal,
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 10_000,
  })
  return (
    <Panel
      title={words.timeline}
      extra={
        <Select
          size="small"
          aria-label={words.timelineFilter}
          value={filter}
          onChange={setFilter}
          style={{ minWidth: 120 }}
          options={(Object.keys(filters) as Filter[]).map((value) => ({ value, label: words[value] }))}
        />
      }
    >
      <Loaded query={entries} lines={6} compact>
        {({ pages }) => {
          // Pages are oldest first within themselves, the latest page first.
          const items = pages.flatMap((page) => page.items.toReversed())
          if (items.length === 0) return <Blank icon="clock" title={words.noneFeed} compact />
          return (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so the keyboard must reach it
            <div className="timeline-box" tabIndex={0} role="region" aria-label={words.timeline}>
              <ol>
                {items.map((entry) => (
                  <EntryLine key={entry.id} entry={entry} />
                ))}
              </ol>
              {entries.hasNextPage && (
                <Button size="small" loading={entries.isFetchingNextPage} onClick={() => entries.fetchNextPage()}>
                  {words.earlier}
                </Button>
              )}
            </div>
          )
        }}
      </Loaded>
      {incident.may.handle && <Say incident={incident} />}
    </Panel>
  )
}

const Say = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const fail = useFailureToast()
  const client = useQueryClient()
  const people = useHandlers()
  const [text, setText] = useState('')
  const [decision, setDecision] = useState(false)
  const send = useMutation({
    mutationFn: () =>
      say(incident.id, {
        text: text.trim(),
        kind: decision ? 'decision' : 'comment',
        mentions: (people.data ?? []).filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id),
      }),
    onSuccess: () => {
      setText('')
      setDecision(false)
      void client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
    },
    onError: fail,
  })
  return (
    <form
      className="say stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') send.mutate()
      }}
    >
      <Mentions
        aria-label={words.say}
        placeholder={words.say}
        rows={2}
        value={text}
        onChange={setText}
        options={(people.data ?? []).map(({ id, name }) => ({ key: id, value: name, label: name }))}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text.trim() !== '') send.mutate()
        }}
      />
      <div className="row row-between">
        <Checkbox checked={decision} onChange={(event) => setDecision(event.target.checked)}>
          {words.asDecision}
        </Checkbox>
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={text.trim() === ''}>
          {words.send}
        </Button>
      </div>
    </form>
  )
}
