import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { App, Button, Drawer, Dropdown, Modal } from 'antd'
import { type ReactNode, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Badge, Notice, type Tone } from '../ui/marks.tsx'
import { Loaded } from '../ui/states.tsx'
import { listExports, retireTarget, runTarget, submitTarget } from './ad-calls.ts'
import type { AdMode, AdTarget } from './ad-shapes.ts'
import { ExportItem, isOnItsWay } from './export-item.tsx'

const tones: Readonly<Record<AdTarget['approval'], Tone>> = {
  draft: 'plain',
  review: 'blue',
  approved: 'good',
  returned: 'bad',
}

export const ApprovalBadge = ({ target }: { target: AdTarget }) => {
  const words = useText().adAudiences
  return target.retiredAt ? (
    <Badge>{words.retired}</Badge>
  ) : (
    <Badge tone={tones[target.approval]}>{words.states[target.approval]}</Badge>
  )
}

const SetLink = ({ set: { kind, id, name } }: Pick<AdTarget, 'set'>) => {
  const words = useText().adAudiences
  if (name === null) return <span className="muted">{words.setGone}</span>
  return kind === 'audience' ? (
    <Link to="/audiences/$id" params={{ id }}>
      {name}
    </Link>
  ) : (
    <Link to="/lists/$id" params={{ id }}>
      {name}
    </Link>
  )
}

/** A target with all that can be done with it, and every time data were provided. */
export const TargetDrawer = ({
  target,
  onEdit,
  onClose,
}: {
  target: AdTarget
  onEdit: () => void
  onClose: () => void
}) => {
  const t = useText()
  const words = t.adAudiences
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'clear' | 'retire'>()
  const record = useQuery({
    queryKey: ['adTargets', target.id, 'exports'],
    queryFn: ({ signal }) => listExports(target.id, signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isOnItsWay) ? 1_000 : false),
  })
  const going = record.data?.items.some(isOnItsWay) ?? false
  const done = () => client.invalidateQueries({ queryKey: ['adTargets'] })
  const run = useMutation({
    mutationFn: (mode: AdMode) => runTarget(target.id, mode),
    onSuccess: async () => {
      setAsking(undefined)
      await done()
    },
    onError: fail,
  })
  const submit = useMutation({
    mutationFn: () => submitTarget(target.id, ''),
    onSuccess: async () => {
      message.success(words.submitted)
      await done()
    },
    onError: fail,
  })
  const retire = useMutation({
    mutationFn: () => retireTarget(target.id),
    onSuccess: async () => {
      setAsking(undefined)
      await done()
    },
    onError: fail,
  })
  const live = target.retiredAt === null
  const facts: readonly [string, ReactNode][] = [
    [words.platform, `${words.platforms[target.platform]} · ${words.forms[target.form] ?? target.form}`],
    [words.recipient, target.recipient],
    [words.contact, target.contact],
    [words.contract, target.contract],
    [words.purpose, target.purpose],
    [words.set, <SetLink key="set" set={target.set} />],
    [words.product, t.creatives.products[target.product]],
    [words.minPeople, format.count(target.minPeople)],
    [words.members, format.count(target.members)],
  ]
  return (
    <Drawer
      open
      size={640}
      onClose={onClose}
      title={
        <span className="row">
          {target.name} <ApprovalBadge target={target} />
        </span>
      }
    >
      <div className="stack-16">
        {live && !target.consentAsked && <Notice tone="warn">{words.consentMissing}</Notice>}
        {live && target.approval !== 'approved' && <Notice>{words.needsApproval}</Notice>}
        <div className="row ad-actions">
          {live && can('audiences.export') && target.approval === 'approved' && (
            <Button type="primary" disabled={going} loading={run.isPending} onClick={() => run.mutate('difference')}>
              {words.run}
            </Button>
          )}
          {live && can('campaigns.write') && (target.approval === 'draft' || target.approval === 'returned') && (
            <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate()}>
              {words.submit}
            </Button>
          )}
          {target.reviewId !== null && can('reviews.read') && (
            <Button onClick={() => navigate({ to: '/reviews/$id', params: { id: String(target.reviewId) } })}>
              {words.openReview}
            </Button>
          )}
          {live && can('campaigns.write') && <Button onClick={onEdit}>{words.edit}</Button>}
          {(can('audiences.export') || can('campaigns.write')) && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  {
                    key: 'full',
                    label: words.full,
                    disabled: !live || going || target.approval !== 'approved' || !can('audiences.export'),
                  },
                  {
                    key: 'clear',
                    label: words.clear,
                    disabled: going || target.members === 0 || !can('audiences.export'),
                  },
                  {
                    key: 'retire',
                    label: words.retire,
                    danger: true,
                    disabled: !live || going || !can('campaigns.write'),
                  },
                ],
                onClick: ({ key }) => (key === 'full' ? run.mutate('full') : setAsking(key as 'clear' | 'retire')),
              }}
            >
              <Button aria-label={t.ui.moreActions}>…</Button>
            </Dropdown>
          )}
        </div>
        <dl className="ad-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {target.daily && <div className="muted small">{words.daily}</div>}
        </dl>
        <section className="stack">
          <h3>{words.record}</h3>
          <p className="muted small">{words.recordHint}</p>
          <Loaded query={record} lines={3} compact>
            {({ items }) =>
              items.length === 0 ? (
                <p className="muted">{words.never}</p>
              ) : (
                items.map((one) => <ExportItem key={one.id} run={one} />)
              )
            }
          </Loaded>
        </section>
      </div>
      {asking && (
        <Modal
          open
          title={asking === 'clear' ? words.clearTitle(target.name) : words.retireTitle(target.name)}
          okText={words[asking]}
          okButtonProps={{ danger: true, loading: run.isPending || retire.isPending }}
          cancelText={t.ui.cancel}
          onOk={() => (asking === 'clear' ? run.mutate('clear') : retire.mutate())}
          onCancel={() => setAsking(undefined)}
        >
          <p>{asking === 'clear' ? words.clearHint : words.retireHint}</p>
        </Modal>
      )}
    </Drawer>
  )
}
