import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Drawer, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, type Tone } from '../ui/marks.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import type { Campaign, Journey } from './campaign-shapes.ts'
import { drawnExits } from './journey-exits.ts'
import { getStory, listEntries, removeEntry, retryEntries } from './live-calls.ts'
import { type Entry, type EntryState, entryStates } from './live-shapes.ts'
import { edgeOf } from './live-ways.ts'
import { MoveDialog } from './move-dialog.tsx'
import { exitText, type StepReader, stepTitle } from './step-reading.ts'

export interface EntriesAsked {
  step?: string
  state?: EntryState
}

const tones: Record<EntryState, Tone> = {
  active: 'blue',
  finished: 'plain',
  exited: 'plain',
  converted: 'good',
  stopped: 'warn',
  failed: 'bad',
}

/** People in a campaign, by step and state; each with what happened to him. */
export const EntriesDrawer = ({
  campaign,
  version,
  journey,
  reader,
  asked,
  onClose,
}: {
  campaign: Campaign
  version: number
  journey: Journey
  reader: StepReader
  asked: EntriesAsked
  onClose: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const words = t.campaigns
  const [state, setState] = useState(asked.state)
  const [story, setStory] = useState<string>()
  const entries = useInfiniteQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'entries', version, asked.step, state],
    queryFn: ({ pageParam, signal }) =>
      listEntries(campaign.id, { version, step: asked.step, state, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const retry = useMutation({
    mutationFn: () => retryEntries(campaign.id, asked.step),
    onSuccess: async ({ retried }) => {
      void message.success(words.retried(retried))
      await client.invalidateQueries({ queryKey: ['campaigns', 'one', campaign.id] })
    },
    onError: fail,
  })
  const stepOf = (id: string) => {
    const step = journey.steps[id]
    return step ? stepTitle(reader, step) : id
  }
  return (
    <Drawer
      open
      size={640}
      title={asked.step === undefined ? words.peopleIn : words.peopleAt(stepOf(asked.step))}
      onClose={onClose}
      extra={
        state === 'failed' &&
        can('campaigns.run') && (
          <Button loading={retry.isPending} icon={<Icon name="refresh" size={15} />} onClick={() => retry.mutate()}>
            {words.retryFailed}
          </Button>
        )
      }
    >
      <div className="filters">
        <Select
          allowClear
          aria-label={words.state}
          placeholder={words.allStates}
          style={{ minWidth: 128 }}
          {...(state !== undefined && { value: state })}
          onChange={(next: EntryState | undefined) => setState(next)}
          options={entryStates.map((value) => ({ value, label: words.entryStates[value] }))}
        />
      </div>
      <Loaded query={entries} lines={6} compact>
        {({ pages }) => (
          <Table
            label={words.peopleIn}
            rows={pages.flatMap((page) => page.entries)}
            rowKey={({ id }) => id}
            more={entries}
            blank={<Blank compact icon="customers" title={words.noPeople} />}
            columns={[
              { key: 'who', title: t.nav.customers, card: 'lead', cell: (row) => <Who entry={row} /> },
              {
                key: 'state',
                title: words.state,
                fit: true,
                cell: (row) => (
                  <span title={row.reason ?? ''}>
                    <Badge tone={tones[row.state]}>{words.entryStates[row.state]}</Badge>
                  </span>
                ),
              },
              { key: 'step', title: words.diff.step, cell: (row) => stepOf(row.step) },
              { key: 'at', title: words.arrived, fit: true, cell: (row) => format.dayHour(row.arrivedAt) },
              {
                key: 'due',
                title: words.due,
                fit: true,
                cell: (row) => (row.state === 'active' && row.dueAt ? format.dayHour(row.dueAt) : '—'),
              },
              {
                key: 'story',
                title: '',
                card: 'bare',
                fit: true,
                cell: (row) => (
                  <Button size="small" onClick={() => setStory(row.id)}>
                    {words.story}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {story !== undefined && (
        <StoryDrawer
          campaign={campaign}
          entryId={story}
          journey={journey}
          reader={reader}
          onClose={() => setStory(undefined)}
        />
      )}
    </Drawer>
  )
}

const Who = ({ entry: { customerId, display } }: { entry: Entry }) => {
  const t = useText()
  const shown = display ? Object.values(display).slice(0, 2).join(' ') : t.campaigns.erased
  return (
    <Link to="/customers/$id" params={{ id: customerId }}>
      {shown === '' ? customerId : shown}
    </Link>
  )
}

/** Step by step, and what was to be sent to him. */
const StoryDrawer = ({
  campaign,
  entryId,
  journey,
  reader,
  onClose,
}: {
  campaign: Campaign
  entryId: string
  journey: Journey
  reader: StepReader
  onClose: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const words = t.campaigns
  const [open, setOpen] = useState<'move' | 'remove'>()
  const story = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'story', entryId],
    queryFn: ({ signal }) => getStory(campaign.id, entryId, signal),
  })
  const remove = useMutation({
    mutationFn: (reason: string) => removeEntry(campaign.id, entryId, reason),
    onSuccess: async () => {
      setOpen(undefined)
      await client.invalidateQueries({ queryKey: ['campaigns', 'one', campaign.id] })
    },
    onError: fail,
  })
  const titleOf = (id: string) => {
    const step = journey.steps[id]
    return step ? stepTitle(reader, step) : id
  }
  const wayOf = (id: string, edge: string) => {
    const step = journey.steps[id]
    const exit = step && drawnExits(step).find(({ key }) => edgeOf(step, key) === edge)
    return step && exit ? exitText(reader, step, exit.key) : (words.edges[edge] ?? edge)
  }
  return (
    <Drawer open size={480} title={words.story} onClose={onClose}>
      <Loaded query={story} lines={6} compact>
        {({ entry, passages, sends }) => (
          <div className="stack-16">
            <div className="row row-between">
              <Who entry={entry} />
              <Badge tone={tones[entry.state]}>{words.entryStates[entry.state]}</Badge>
            </div>
            <ol className="c-story">
              <li>
                <span className="muted small">{format.dateTime(entry.enteredAt)}</span>
                <span className="strong">{words.start}</span>
              </li>
              {passages.map((passage) => (
                <li key={`${passage.step} ${passage.pass}`}>
                  <span className="muted small">{format.dateTime(passage.leftAt)}</span>
                  <span>
                    <span className="strong">{titleOf(passage.step)}</span> → {wayOf(passage.step, passage.edge)}
                    {passage.reason !== null && <span className="muted"> · {passage.reason}</span>}
                  </span>
                  {sends
                    .filter(({ step, pass }) => step === passage.step && pass === passage.pass)
                    .map((send) => (
                      <span key={send.id} className="muted small">
                        {words.channels[send.channel as keyof typeof words.channels] ?? send.channel} ·{' '}
                        {words.sendStates[send.state] ?? send.state}
                        {send.refusal !== null && ` · ${send.refusal}`}
                      </span>
                    ))}
                </li>
              ))}
              {entry.state === 'active' && (
                <li>
                  <span className="muted small">{format.dateTime(entry.arrivedAt)}</span>
                  <span className="strong">{titleOf(entry.step)}</span>
                  {entry.dueAt && <span className="muted small">{`${words.due} ${format.dateTime(entry.dueAt)}`}</span>}
                </li>
              )}
            </ol>
            {(entry.state === 'active' || entry.state === 'failed') && can('campaigns.run') && (
              <div className="row">
                <Button icon={<Icon name="right" size={15} />} onClick={() => setOpen('move')}>
                  {words.move}
                </Button>
                {entry.state === 'active' && (
                  <Button danger onClick={() => setOpen('remove')}>
                    {words.takeOut}
                  </Button>
                )}
              </div>
            )}
            {open === 'move' && (
              <MoveDialog
                campaignId={campaign.id}
                entry={entry}
                steps={Object.entries(journey.steps).map(([id, step]) => ({ id, title: stepTitle(reader, step) }))}
                onClose={() => setOpen(undefined)}
              />
            )}
          </div>
        )}
      </Loaded>
      {open === 'remove' && (
        <ReasonDialog
          title={words.takeOut}
          warning={words.takeOutWarning}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          confirm={words.takeOut}
          danger
          busy={remove.isPending}
          onConfirm={(reason) => remove.mutate(reason)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Drawer>
  )
}
