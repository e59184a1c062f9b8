import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input } from 'antd'
import { type ReactNode, useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import {
  type DocumentKind,
  type Documents,
  decideVersion,
  getVersions,
  moveVersion,
  type PolicyVersion,
  saveDraft,
} from './grading-calls.ts'

/** A versioned document: what is in force, the draft that waits, and those before. */
export const PolicyShell = <Kind extends DocumentKind>({
  kind,
  policyKey = '',
  view,
  edit,
  initial,
}: {
  kind: Kind
  policyKey?: string
  view: (document: Documents[Kind]) => ReactNode
  edit: (document: Documents[Kind], onChange: (document: Documents[Kind]) => void) => ReactNode
  /** Where nothing is in force yet. */
  initial?: Documents[Kind]
}) => {
  const versions = useQuery({
    queryKey: ['opinion', 'policy', kind],
    queryFn: ({ signal }) => getVersions(kind, signal),
  })
  return (
    <Loaded query={versions} lines={8}>
      {({ versions }) => (
        <Shown
          kind={kind}
          policyKey={policyKey}
          versions={versions.filter(({ key }) => key === policyKey)}
          view={view}
          edit={edit}
          {...(initial && { initial })}
        />
      )}
    </Loaded>
  )
}

const Shown = <Kind extends DocumentKind>({
  kind,
  policyKey,
  versions,
  view,
  edit,
  initial,
}: {
  kind: Kind
  policyKey: string
  versions: readonly PolicyVersion[]
  view: (document: Documents[Kind]) => ReactNode
  edit: (document: Documents[Kind], onChange: (document: Documents[Kind]) => void) => ReactNode
  initial?: Documents[Kind]
}) => {
  const t = useText()
  const words = t.grading
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const current = versions.find(({ state }) => state === 'inForce')
  const pending = versions.find(({ state }) => state === 'draft' || state === 'submitted')
  const past = versions.filter((one) => one !== current && one !== pending)
  const [draft, setDraft] = useState<Documents[Kind] | undefined>(current || pending ? undefined : initial)
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState<number>()
  const settle = () => client.invalidateQueries({ queryKey: ['opinion'] })
  const save = useMutation({
    mutationFn: () =>
      saveDraft(kind, policyKey, { document: { ...draft }, reason: reason.trim(), basedOn: current?.version ?? null }),
    onSuccess: () => {
      message.success(words.saved)
      setDraft(undefined)
    },
    onSettled: settle,
    onError: fail,
  })
  const move = useMutation({
    mutationFn: ({ id, to }: { id: number; to: 'submit' | 'withdraw' }) => moveVersion(id, to),
    onSuccess: (_, { to }) => message.success(to === 'submit' ? words.submitted : words.withdrawn),
    onSettled: settle,
    onError: fail,
  })
  const decide = useMutation({
    mutationFn: ({ id, approve }: { id: number; approve: boolean }) => decideVersion(id, approve, ''),
    onSuccess: (_, { approve }) => message.success(approve ? words.approved : words.refusedDone),
    onSettled: settle,
    onError: fail,
  })
  const read = (version: PolicyVersion) => version.document as Documents[Kind]
  if (draft)
    return (
      <div className="policy-form">
        {edit(draft, setDraft)}
        <Panel>
          <div className="stack-16">
            <Field label={words.reason} hint={words.reasonHint}>
              <Input
                maxLength={500}
                aria-label={words.reason}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            </Field>
            <div className="row">
              <Button
                type="primary"
                disabled={reason.trim().length < 2}
                loading={save.isPending}
                onClick={() => save.mutate()}
              >
                {words.saveDraft}
              </Button>
              {(current || pending) && <Button onClick={() => setDraft(undefined)}>{t.ui.cancel}</Button>}
            </div>
          </div>
        </Panel>
      </div>
    )
  return (
    <>
      <div className="policy-bar">
        {current && (
          <>
            <Badge tone="good">{words.inForce(current.version)}</Badge>
            <span className="muted small">
              {current.madeBy === 'system'
                ? words.system
                : `${words.madeBy(current.madeBy, format.date(current.madeAt))} · ${words.decidedBy(current.decidedBy ?? '', format.date(current.decidedAt ?? current.madeAt))}`}
            </span>
          </>
        )}
        {can('opinion.policy') && !pending && current && (
          <Button size="small" onClick={() => setDraft(structuredClone(read(current)))}>
            {words.edit}
          </Button>
        )}
      </div>
      {pending && (
        <Notice
          tone="info"
          action={
            <span className="row">
              {pending.mine && pending.state === 'draft' && can('opinion.policy') && (
                <>
                  <Button
                    size="small"
                    onClick={() => {
                      setReason(pending.reason)
                      setDraft(structuredClone(read(pending)))
                    }}
                  >
                    {words.editDraft}
                  </Button>
                  <Button
                    size="small"
                    type="primary"
                    loading={move.isPending}
                    onClick={() => move.mutate({ id: pending.id, to: 'submit' })}
                  >
                    {words.submit}
                  </Button>
                </>
              )}
              {pending.state === 'submitted' && !pending.mine && can('opinion.approve') && (
                <>
                  <Button
                    size="small"
                    type="primary"
                    loading={decide.isPending}
                    onClick={() => decide.mutate({ id: pending.id, approve: true })}
                  >
                    {words.approve}
                  </Button>
                  <Button
                    size="small"
                    disabled={decide.isPending}
                    onClick={() => decide.mutate({ id: pending.id, approve: false })}
                  >
                    {words.refuse}
                  </Button>
                </>
              )}
              <Button size="small" onClick={() => setOpen(open === pending.id ? undefined : pending.id)}>
                {words.version(pending.version)}
              </Button>
              {can('opinion.policy') && (
                <Button size="small" onClick={() => move.mutate({ id: pending.id, to: 'withdraw' })}>
                  {words.withdraw}
                </Button>
              )}
            </span>
          }
        >
          {words.pendingBy(pending.madeBy)} · {words.states[pending.state]}：{pending.reason}
          {pending.mine && pending.state === 'submitted' && <div className="small">{words.ownDraft}</div>}
        </Notice>
      )}
      {pending && open === pending.id && view(read(pending))}
      {current && view(read(current))}
      {past.length > 0 && (
        <Panel title={words.history}>
          {past.map((one) => (
            <div key={one.id} className="receiver-card">
              <div className="row row-between">
                <span>
                  {words.version(one.version)} <Badge>{words.states[one.state]}</Badge>{' '}
                  <span className="muted small">
                    {words.madeBy(one.madeBy === 'system' ? words.system : one.madeBy, format.date(one.madeAt))}：
                    {one.reason}
                  </span>
                </span>
                <Button size="small" type="text" onClick={() => setOpen(open === one.id ? undefined : one.id)}>
                  {open === one.id ? t.ui.close : words.version(one.version)}
                </Button>
              </div>
              {open === one.id && view(read(one))}
            </div>
          ))}
        </Panel>
      )}
    </>
  )
}
