import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { changeRouting, getChannels, getRouting, type RouteNode, type Routing } from './alert-calls.ts'
import { useMatchText } from './match-fields.tsx'
import { ReceiversEdit } from './receivers-edit.tsx'
import { NodeEdit } from './route-node-edit.tsx'
import { RoutePreview } from './route-preview.tsx'
import { InhibitEdit, IntervalsEdit } from './routing-rest-edit.tsx'

/** Who hears of which alert: the tree, its receivers, and a preview. */
export const RoutingTab = () => {
  const routing = useQuery({ queryKey: ['opinion', 'routing'], queryFn: ({ signal }) => getRouting(signal) })
  return (
    <Loaded query={routing} lines={8}>
      {({ current }) => <Shown key={current.version} current={current} />}
    </Loaded>
  )
}

const Shown = ({ current }: { current: { version: number; document: Routing; by: string; at: string } }) => {
  const t = useText()
  const words = t.alerts
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [draft, setDraft] = useState<Routing>()
  const [reason, setReason] = useState('')
  const tree = draft ?? current.document
  const save = useMutation({
    mutationFn: () => changeRouting({ document: tree, reason: reason.trim(), basedOn: current.version }),
    onSuccess: async () => {
      message.success(words.savedTree)
      setDraft(undefined)
      await client.invalidateQueries({ queryKey: ['opinion', 'routing'] })
    },
    onError: fail,
  })
  return (
    <div className="routing-grid">
      <div className="stack-16">
        <Panel
          title={words.tree}
          extra={
            can('opinion.alerts') &&
            !draft && (
              <Button size="small" onClick={() => setDraft(structuredClone(current.document))}>
                {words.editTree}
              </Button>
            )
          }
        >
          <p className="muted small">{words.treeNote}</p>
          {draft ? (
            <NodeEdit node={draft.root} routing={draft} root onChange={(root) => setDraft({ ...draft, root })} />
          ) : (
            <NodeView node={tree.root} routing={tree} root />
          )}
          {!draft && (
            <p className="muted small">
              {words.treeVersion(
                current.version,
                current.by === 'system' ? words.initial : current.by,
                format.dayHour(current.at),
              )}
            </p>
          )}
        </Panel>
        {draft ? (
          <>
            <ReceiversEdit value={draft} onChange={setDraft} />
            <IntervalsEdit value={draft} onChange={setDraft} />
            <InhibitEdit value={draft} onChange={setDraft} />
            <Panel>
              <div className="row">
                <Input
                  aria-label={words.reason}
                  placeholder={words.reason}
                  maxLength={500}
                  style={{ maxWidth: 320 }}
                  value={reason}
                  onChange={(event) => setReason(event.target.value)}
                />
                <Button
                  type="primary"
                  disabled={reason.trim().length < 2}
                  loading={save.isPending}
                  onClick={() => save.mutate()}
                >
                  {words.save}
                </Button>
                <Button onClick={() => setDraft(undefined)}>{words.cancel}</Button>
              </div>
            </Panel>
          </>
        ) : (
          <ReceiversView routing={tree} />
        )}
      </div>
      <RoutePreview routing={draft} />
    </div>
  )
}

const NodeView = ({ node, routing, root }: { node: RouteNode; routing: Routing; root?: boolean }) => {
  const t = useText()
  const words = t.alerts
  const said = useMatchText()
  const receiver = routing.receivers.find(({ name }) => name === node.receiver)
  return (
    <div className={root ? 'tree-node-root' : 'tree-node'}>
      <div className="tree-card">
        <div className="row">
          <span className="strong">{node.name}</span>
          {receiver && <Badge tone="teal">{receiver.title}</Badge>}
          {node.continue && <Badge>{words.continue}</Badge>}
        </div>
        <div className="muted small">
          {said(node.match)}
          {node.groupBy && ` · ${words.groupBy} ${node.groupBy.map((one) => words.groupLabels[one]).join('、')}`}
          {node.repeatMinutes && ` · ${words.repeat} ${node.repeatMinutes}`}
          {node.mute.length > 0 &&
            ` · ${words.mute} ${node.mute.map((name) => titleOfInterval(routing, name)).join('、')}`}
          {node.active.length > 0 &&
            ` · ${words.active} ${node.active.map((name) => titleOfInterval(routing, name)).join('、')}`}
        </div>
      </div>
      {node.routes.map((child) => (
        <NodeView key={child.id} node={child} routing={routing} />
      ))}
    </div>
  )
}

const titleOfInterval = ({ intervals }: Routing, name: string): string =>
  intervals.find((one) => one.name === name)?.title ?? name

const ReceiversView = ({ routing }: { routing: Routing }) => {
  const t = useText()
  const words = t.alerts
  const channels = useQuery({ queryKey: ['opinion', 'channels'], queryFn: ({ signal }) => getChannels(signal) })
  const nameOf = (id: number) => channels.data?.channels.find((one) => one.id === id)?.name ?? `#${id}`
  return (
    <Panel title={words.receivers}>
      {routing.receivers.map((one) => (
        <div key={one.name} className="receiver-card">
          <span className="strong">{one.title}</span>
          {one.channels.length + one.people.length === 0 ? (
            <Notice tone="warn">{words.noTargets}</Notice>
          ) : (
            <div className="row">
              {one.channels.map((id) => (
                <Badge key={id}>{nameOf(id)}</Badge>
              ))}
              {one.people.map(({ channelId, to }) => (
                <Badge key={`${channelId} ${JSON.stringify(to)}`}>
                  {nameOf(channelId)} · {words.personal}
                </Badge>
              ))}
            </div>
          )}
        </div>
      ))}
    </Panel>
  )
}
