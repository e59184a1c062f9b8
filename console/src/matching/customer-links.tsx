import './matching.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Input, Modal, Radio, Select } from 'antd'
import { useCallback, useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice, Tabs } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { decideLink, getLinks, makeLink } from './matching-calls.ts'
import type { CustomerLink, LinkDecision, LinkGraph } from './matching-shapes.ts'
import { LinkPicture } from './pictures.tsx'

const kinds = ['household', 'employer', 'guarantor', 'referrer', 'emergencyContact'] as const
const isMutual = (kind: CustomerLink['kind']) => kind === 'household' || kind === 'employer'

/** How a customer stands to others: a picture, and the same as a list for the keyboard. */
export const CustomerLinks = ({ customerId }: { customerId: string }) => {
  const t = useText()
  const can = useCan()
  const [depth, setDepth] = useState<'one' | 'two'>('one')
  const [adding, setAdding] = useState(false)
  const links = useQuery({
    queryKey: ['links', customerId, depth],
    queryFn: ({ signal }) => getLinks(customerId, depth === 'one' ? 1 : 2, signal),
  })
  return (
    <Panel
      title={t.matching.links}
      {...(links.data ? { note: String(links.data.links.length) } : {})}
      extra={
        can('customers.write') && (
          <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
            {t.matching.addLink}
          </Button>
        )
      }
    >
      <Loaded query={links} lines={3} compact>
        {(graph) =>
          graph.links.length === 0 ? (
            <Blank compact title={t.matching.noLinks} />
          ) : (
            <div className="stack">
              <Tabs
                label={t.matching.depth}
                value={depth}
                onChange={setDepth}
                items={[
                  { key: 'one', label: t.matching.depths.one },
                  { key: 'two', label: t.matching.depths.two },
                ]}
              />
              {graph.cut && <Notice>{t.matching.cut}</Notice>}
              <Linked graph={graph} middle={customerId} />
            </div>
          )
        }
      </Loaded>
      {adding && <LinkDialog customerId={customerId} onClose={() => setAdding(false)} />}
    </Panel>
  )
}

const Linked = ({ graph, middle }: { graph: LinkGraph; middle: string }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const decide = useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: LinkDecision }) => decideLink(id, decision),
    onSuccess: () => client.invalidateQueries({ queryKey: ['links'] }),
    onError: fail,
  })
  const nameOf = useCallback(
    (id: string) => {
      const found = graph.customers.find((one) => one.id === id)
      return `${found?.display.name ?? found?.display.phone ?? ''} #${id}`.trim()
    },
    [graph],
  )
  const evidences: Readonly<Record<string, string>> = t.matching.rules
  return (
    <div className="links-grid">
      <LinkPicture
        graph={graph}
        middle={middle}
        nameOf={nameOf}
        onCustomer={(id) => void navigate({ to: '/customers/$id', params: { id } })}
      />
      <ul className="link-list">
        {graph.links.map((link) => {
          const other = link.from === middle ? link.to : link.from
          const near = link.from === middle || link.to === middle
          return (
            <li key={link.id}>
              <span className="row">
                <Badge tone={link.kind === 'guarantor' ? 'warn' : 'teal'}>{t.matching.linkKinds[link.kind]}</Badge>
                {link.state === 'proposed' && <Badge tone="blue">{t.matching.proposed}</Badge>}
              </span>
              <span>
                {near ? (
                  <Link to="/customers/$id" params={{ id: other }}>
                    {sentence(t.matching, link, middle, nameOf(other))}
                  </Link>
                ) : (
                  [link.from, link.to].map((id, index) => (
                    <span key={id}>
                      {index > 0 && (isMutual(link.kind) ? ' — ' : ' → ')}
                      <Link to="/customers/$id" params={{ id }}>
                        {nameOf(id)}
                      </Link>
                    </span>
                  ))
                )}
              </span>
              {(link.since !== null || link.evidence !== '') && (
                <span className="muted small">
                  {[link.since, evidences[link.evidence] ?? link.evidence].filter(Boolean).join(' · ')}
                </span>
              )}
              {can('customers.write') && near && (
                <span className="row">
                  {link.state === 'proposed' ? (
                    <>
                      <Button size="small" onClick={() => decide.mutate({ id: link.id, decision: 'confirm' })}>
                        {t.matching.confirm}
                      </Button>
                      <Button size="small" onClick={() => decide.mutate({ id: link.id, decision: 'refuse' })}>
                        {t.matching.refuse}
                      </Button>
                    </>
                  ) : (
                    <Button size="small" onClick={() => decide.mutate({ id: link.id, decision: 'end' })}>
                      {t.matching.end}
                    </Button>
                  )}
                </span>
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}

const sentence = (
  words: ReturnType<typeof useText>['matching'],
  { kind, from }: CustomerLink,
  middle: string,
  other: string,
): string => {
  if (kind === 'household' || kind === 'employer' || from === middle) return words.linkSentences[kind](other)
  return words.linkedBy[kind](other)
}

const LinkDialog = ({ customerId, onClose }: { customerId: string; onClose: () => void }) => {
  const t = useText()
  const form = useId()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [kind, setKind] = useState<CustomerLink['kind']>('guarantor')
  const [other, setOther] = useState('')
  const [outward, setOutward] = useState(true)
  const [evidence, setEvidence] = useState('')
  const [since, setSince] = useState('')
  const make = useMutation({
    mutationFn: () =>
      makeLink({
        kind,
        from: outward ? customerId : other.trim(),
        to: outward ? other.trim() : customerId,
        evidence: evidence.trim(),
        ...(since !== '' && { since }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['links'] })
      onClose()
    },
    onError: fail,
  })
  const ready = /^\d{1,10}$/.test(other.trim())
  return (
    <Modal
      open
      title={t.matching.addLink}
      onCancel={onClose}
      okText={t.matching.addLink}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: make.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) make.mutate()
        }}
      >
        <Notice>{t.matching.linkNeverMerges}</Notice>
        <Field label={t.matching.linkKind}>
          <Select
            value={kind}
            onChange={setKind}
            options={kinds.map((value) => ({ value, label: t.matching.linkKinds[value] }))}
            style={{ width: '100%' }}
          />
        </Field>
        <Field label={t.matching.otherCustomer}>
          <Input autoFocus inputMode="numeric" value={other} onChange={(event) => setOther(event.target.value)} />
        </Field>
        {!isMutual(kind) && (
          <div className="field" role="group" aria-label={t.matching.direction}>
            <span className="field-label">{t.matching.direction}</span>
            <Radio.Group
              value={outward}
              onChange={({ target }) => setOutward(target.value === true)}
              options={[
                { value: true, label: t.matching.directions.from },
                { value: false, label: t.matching.directions.to },
              ]}
            />
          </div>
        )}
        <Field label={t.matching.since}>
          <DayInput value={since} onChange={setSince} />
        </Field>
        <Field label={t.matching.evidence} hint={t.matching.evidenceHint}>
          <Input maxLength={200} value={evidence} onChange={(event) => setEvidence(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
