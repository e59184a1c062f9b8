import './tags.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button, Dropdown, Input, Modal } from 'antd'
import { useState } from 'react'
import { useReader } from '../audiences/use-reader.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Meter, Notice, Tabs, Tile } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { AssignDialog } from './assign-dialog.tsx'
import { changeState, getTag, getVersions, reviewTag, runTag } from './tag-calls.ts'
import { StateBadge, scheduleText, WorkBadge } from './tag-marks.tsx'
import { readTagDefinition } from './tag-reading.ts'
import type { Tag } from './tag-shapes.ts'
import { DefinitionView, DistributionView, RunsView, VersionsView } from './tag-views.tsx'

export const TagPage = () => {
  const t = useText()
  const { key } = useParams({ from: '/inside/tags/$key' })
  const tag = useQuery({
    queryKey: ['tags', 'one', key],
    queryFn: ({ signal }) => getTag(key, signal),
    refetchInterval: ({ state }) => (state.data?.running || state.data?.queued ? 1_000 : false),
  })
  if (!tag.data)
    return (
      <Page title={t.tags.title} back={{ to: '/tags', label: t.tags.title }}>
        <Panel>
          <Loaded query={tag}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  return <Shown tag={tag.data} />
}

type View = 'distribution' | 'definition' | 'runs' | 'versions'

const Shown = ({ tag }: { tag: Tag }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [view, setView] = useState<View>('distribution')
  const [open, setOpen] = useState<'review' | 'assign' | 'asOf'>()
  const refresh = () => client.invalidateQueries({ queryKey: ['tags'] })
  const state = useMutation({
    mutationFn: (next: 'active' | 'paused' | 'retired') => changeState(tag.key, next),
    onSuccess: (after) => (after.state === 'retired' ? navigate({ to: '/tags' }) : undefined),
    onSettled: refresh,
    onError: fail,
  })
  const run = useMutation({
    mutationFn: (asOf?: string) => runTag(tag.key, asOf),
    onSettled: refresh,
    onError: fail,
  })
  const busy = tag.running || tag.queued
  const computed = tag.kind !== 'manual'
  const retire = () =>
    confirm({
      title: t.tags.retireTitle(tag.title),
      content: t.tags.retireHint,
      okText: t.tags.retire,
      danger: true,
      run: () => state.mutateAsync('retired'),
    })
  const menu = [
    ...(tag.state === 'retired' ? [] : [{ key: 'edit', label: t.ui.edit }]),
    ...(computed && tag.state === 'active' ? [{ key: 'asOf', label: t.tags.runAsOf }] : []),
    ...(tag.state === 'active' ? [{ key: 'paused', label: t.tags.pause }] : []),
    ...(tag.state === 'retired' ? [] : [{ key: 'retired', label: t.tags.retire, danger: true }]),
  ]
  return (
    <Page
      title={tag.title}
      back={{ to: '/tags', label: t.tags.title }}
      subtitle={
        <span className="row">
          <StateBadge state={tag.state} />
          <Badge>{t.tags.kinds[tag.kind]}</Badge>
          <code>{tag.key}</code>
          <WorkBadge tag={tag} />
        </span>
      }
      actions={
        can('tags.write') && (
          <>
            {(tag.state === 'draft' || tag.state === 'paused') && (
              <Button type="primary" loading={state.isPending} onClick={() => state.mutate('active')}>
                {t.tags.activate}
              </Button>
            )}
            {tag.state === 'active' && computed && (
              <Button
                type="primary"
                icon={<Icon name="refresh" size={16} />}
                loading={run.isPending || busy}
                onClick={() => run.mutate(undefined)}
              >
                {t.tags.run}
              </Button>
            )}
            {tag.state === 'active' && !computed && (
              <Button type="primary" icon={<Icon name="tags" size={16} />} onClick={() => setOpen('assign')}>
                {t.tags.assign}
              </Button>
            )}
            {menu.length > 0 && (
              <Dropdown
                trigger={['click']}
                menu={{
                  items: menu,
                  onClick: ({ key }) => {
                    if (key === 'edit') return navigate({ to: '/tags/$key/edit', params: { key: tag.key } })
                    if (key === 'asOf') return setOpen('asOf')
                    if (key === 'retired') return retire()
                    return state.mutate('paused')
                  },
                }}
              >
                <Button aria-label={t.ui.actions} icon={<Icon name="more" size={16} />} />
              </Dropdown>
            )}
          </>
        )
      }
    >
      <div className="stack-16">
        {tag.error && <Notice tone="bad">{`${t.tags.failed}: ${tag.error}`}</Notice>}
        {tag.reviewVersion !== null && (
          <Notice
            tone="warn"
            action={
              can('tags.review') && (
                <Button size="small" onClick={() => setOpen('review')}>
                  {t.tags.review}
                </Button>
              )
            }
          >
            {t.tags.reviewWaits(tag.reviewVersion)}
            <div className="small">
              {t.tags.reviewUses} {tag.sensitive.map(({ what }) => what).join('、')}
            </div>
          </Notice>
        )}
        {tag.state === 'draft' && tag.sensitive.length > 0 && <Notice>{t.tags.reviewNeeded}</Notice>}
        {tag.running && <Meter share={tag.progress ?? undefined} label={t.tags.running} />}
        <div className="tiles">
          <Tile
            label={t.tags.coverage}
            value={tag.covered === null ? '—' : format.count(tag.covered)}
            note={
              tag.covered === null
                ? t.tags.never
                : t.tags.coverageText(format.share(tag.covered / Math.max(1, tag.of ?? 1)), format.count(tag.of ?? 0))
            }
          />
          <Tile
            label={t.tags.asOf}
            value={tag.asOf === null ? '—' : format.date(tag.asOf)}
            note={tag.asOf === null ? undefined : format.dateTime(tag.asOf)}
          />
          <Tile
            label={t.tags.versions}
            value={tag.version}
            note={tag.runVersion !== null && tag.runVersion < tag.version ? t.tags.version(tag.runVersion) : undefined}
          />
          <Tile
            label={t.tags.owner}
            value={<span className="tile-words">{tag.owner}</span>}
            note={scheduleText(t.tags.schedules, tag.schedule)}
          />
        </div>
        <Tabs
          label={t.tags.title}
          value={view}
          onChange={setView}
          items={[
            { key: 'distribution', label: t.tags.distribution },
            { key: 'definition', label: t.tags.definition },
            { key: 'runs', label: t.tags.runs },
            { key: 'versions', label: t.tags.versions },
          ]}
        />
        {view === 'distribution' && <DistributionView tag={tag} />}
        {view === 'definition' && <DefinitionView tag={tag} />}
        {view === 'runs' && <RunsView tag={tag} />}
        {view === 'versions' && <VersionsView tag={tag} />}
      </div>
      {open === 'review' && tag.reviewVersion !== null && (
        <ReviewDialog tag={tag} version={tag.reviewVersion} onClose={() => setOpen(undefined)} />
      )}
      {open === 'assign' && <AssignDialog tag={tag} onClose={() => setOpen(undefined)} />}
      {open === 'asOf' && (
        <AsOfDialog
          busy={run.isPending}
          onClose={() => setOpen(undefined)}
          onConfirm={(asOf) => {
            setOpen(undefined)
            run.mutate(asOf)
          }}
        />
      )}
    </Page>
  )
}

const AsOfDialog = ({
  busy,
  onConfirm,
  onClose,
}: {
  busy: boolean
  onConfirm: (asOf: string) => void
  onClose: () => void
}) => {
  const t = useText()
  const [day, setDay] = useState('')
  return (
    <Modal
      open
      title={t.tags.runAsOf}
      okText={t.tags.run}
      okButtonProps={{ disabled: day === '', loading: busy }}
      onOk={() => onConfirm(new Date(`${day}T00:00:00+08:00`).toISOString())}
      onCancel={onClose}
    >
      <Field label={t.tags.asOf} hint={t.tags.baseHint}>
        <DayInput value={day} onChange={setDay} />
      </Field>
    </Modal>
  )
}

const ReviewDialog = ({ tag, version, onClose }: { tag: Tag; version: number; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const reader = useReader()
  const [note, setNote] = useState('')
  const versions = useQuery({
    queryKey: ['tags', 'one', tag.key, 'versions', tag.version, tag.reviewVersion],
    queryFn: ({ signal }) => getVersions(tag.key, signal),
  })
  const asked = versions.data?.items.find((one) => one.version === version)
  const review = useMutation({
    mutationFn: (decision: 'approve' | 'refuse') => reviewTag(tag.key, { version, decision, note: note.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['tags'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={`${t.tags.review} · ${t.tags.version(version)}`}
      onCancel={onClose}
      footer={[
        <Button
          key="refuse"
          danger
          disabled={note.trim().length < 2}
          loading={review.isPending && review.variables === 'refuse'}
          onClick={() => review.mutate('refuse')}
        >
          {t.tags.refuse}
        </Button>,
        <Button
          key="approve"
          type="primary"
          loading={review.isPending && review.variables === 'approve'}
          onClick={() => review.mutate('approve')}
        >
          {t.tags.approve}
        </Button>,
      ]}
    >
      <div className="stack-16">
        <Notice tone="warn">
          {t.tags.reviewUses} {tag.sensitive.map(({ what }) => what).join('、')}
        </Notice>
        {asked && (
          <ul className="stack reading">
            {(asked.definition.kind === 'sql'
              ? [asked.definition.sql]
              : readTagDefinition(reader, asked.definition)
            ).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        <Field label={t.tags.reviewNote}>
          <Input.TextArea
            rows={3}
            maxLength={1000}
            placeholder={t.tags.reviewNoteHint}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </Field>
      </div>
    </Modal>
  )
}
