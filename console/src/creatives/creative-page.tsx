import './creatives.css'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Dropdown, Input, Modal } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice, Tabs } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Loaded } from '../ui/states.tsx'
import { CheckPanel } from './check-panel.tsx'
import { ContentForm } from './content-form.tsx'
import {
  archiveCreative,
  changeCreative,
  checkCreative,
  copyCreative,
  createCreative,
  getCreative,
  submitCreative,
} from './creative-calls.ts'
import { CreativeReview } from './creative-marks.tsx'
import { type Channel, type Creative, channels, WordsSchema } from './creative-shapes.ts'
import { type Draft, draftOf, emptyDraft, wordsOf } from './draft.ts'
import { useMarks } from './findings.tsx'
import { ParticularsForm } from './particulars-form.tsx'
import { PreviewPanel } from './preview-panel.tsx'
import { WritingContext } from './text-box.tsx'
import { VersionsView } from './versions-view.tsx'

/** First the channel, then the editor. */
export const NewCreativePage = () => {
  const t = useText()
  const words = t.creatives
  const [channel, setChannel] = useState<Channel>()
  if (channel !== undefined) return <Editor key={channel} saved={undefined} channel={channel} />
  return (
    <Page title={words.create} subtitle={words.chooseChannel} back={{ to: '/creatives', label: words.title }}>
      <div className="channel-cards">
        {channels.map((one) => (
          <button key={one} type="button" className="channel-card" onClick={() => setChannel(one)}>
            <span className="strong">{words.channels[one]}</span>
            <div className="muted small">{words.channelHints[one]}</div>
          </button>
        ))}
      </div>
    </Page>
  )
}

export const CreativePage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/creatives/$id' })
  const creative = useQuery({
    queryKey: ['creatives', 'one', Number(id)],
    queryFn: ({ signal }) => getCreative(Number(id), signal),
  })
  if (!creative.data)
    return (
      <Page title={t.creatives.title} back={{ to: '/creatives', label: t.creatives.title }}>
        <Panel>
          <Loaded query={creative}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  const { data } = creative
  return <Editor key={`${id} ${data.version} ${data.archivedAt}`} saved={data} channel={data.channel} />
}

const Editor = ({ saved, channel }: { saved: Creative | undefined; channel: Channel }) => {
  const t = useText()
  const words = t.creatives
  const can = useCan()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [draft, setDraft] = useState<Draft>(() => (saved ? draftOf(saved) : emptyDraft(channel)))
  const [tab, setTab] = useState<'edit' | 'versions'>('edit')
  const readOnly = !can('creatives.write') || (saved?.archivedAt ?? null) !== null
  const current = JSON.stringify(wordsOf(draft))
  const changed = !saved || current !== JSON.stringify(wordsOf(draftOf(saved)))
  const renamed = saved !== undefined && (draft.name !== saved.name || draft.description !== saved.description)

  const settled = useSettled(current, 350)
  const asked = WordsSchema.safeParse(JSON.parse(settled))
  const check = useQuery({
    queryKey: ['creatives', 'check', settled],
    queryFn: ({ signal }) => {
      if (!asked.data) throw new Error('nothing to check')
      return checkCreative(asked.data, signal)
    },
    enabled: asked.success,
    placeholderData: keepPreviousData,
    retry: false,
  })
  const found = asked.success ? check.data : undefined
  // What was found belongs to the text it was found in.
  const fresh = settled === current && !check.isPlaceholderData
  const marksOf = useMarks(fresh ? (found?.findings ?? []) : [], fresh ? (found?.faults ?? []) : [])

  const save = useMutation({
    mutationFn: () => {
      const { note, ...words } = draft
      return saved ? changeCreative(saved.id, saved.version, draft) : createCreative(words)
    },
    onSuccess: async (creative) => {
      client.setQueryData(['creatives', 'one', creative.id], creative)
      await client.invalidateQueries({ queryKey: ['creatives', 'list'] })
      message.success(words.saved)
      if (!saved) await navigate({ to: '/creatives/$id', params: { id: String(creative.id) }, replace: true })
    },
    onError: fail,
  })
  const saveButton = !readOnly && (
    <Button
      type={saved ? 'default' : 'primary'}
      disabled={!asked.success || draft.name.trim() === '' || !(changed || renamed)}
      loading={save.isPending}
      onClick={() => save.mutate()}
    >
      {saved && changed ? words.saveNew : words.save}
    </Button>
  )
  return (
    <Page
      title={saved?.name ?? words.create}
      subtitle={
        <span className="row">
          <Badge tone="teal">{words.channels[channel]}</Badge>
          {saved && (
            <>
              <span>{words.versionOf(saved.version)}</span>
              <CreativeReview review={saved.review} />
              {saved.usedBy.length > 0 && (
                <span className="muted">
                  {words.usedBy} {saved.usedBy.map(({ name }) => name).join('、')}
                </span>
              )}
              {changed && <Badge tone="warn">{words.unsaved}</Badge>}
            </>
          )}
        </span>
      }
      back={{ to: '/creatives', label: words.title }}
      actions={
        <>
          {saved && can('creatives.write') && <MoreActions creative={saved} />}
          {saveButton}
          {saved && !readOnly && <SubmitButton creative={saved} unsaved={changed} ready={found?.ready === true} />}
        </>
      }
    >
      {saved && <StateNotice creative={saved} />}
      {saved && (
        <Tabs
          label={words.content}
          value={tab}
          onChange={setTab}
          items={[
            { key: 'edit', label: words.tabs.edit },
            { key: 'versions', label: words.tabs.versions },
          ]}
        />
      )}
      {saved && tab === 'versions' ? (
        <VersionsView creative={saved} onBack={() => setTab('edit')} />
      ) : (
        <WritingContext value={{ disabled: readOnly, marksOf }}>
          <div className="creative-grid">
            <div className="stack-16">
              <Panel title={words.particulars}>
                <ParticularsForm
                  draft={draft}
                  disabled={readOnly}
                  isNew={!saved}
                  changed={changed}
                  onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
                />
              </Panel>
              <Panel title={words.content}>
                <ContentForm
                  content={draft.content}
                  onChange={(content) => setDraft((before) => ({ ...before, content }))}
                />
              </Panel>
            </div>
            <div className="creative-side stack-16">
              <PreviewPanel draft={draft} />
              <CheckPanel check={found} checking={check.isFetching || !fresh} complete={asked.success} />
              {saved && saved.variants.length > 0 && (
                <Panel title={words.variants}>
                  <ul className="stack">
                    {saved.variants.map(({ id, name }) => (
                      <li key={id}>
                        <Link to="/creatives/$id" params={{ id: String(id) }}>
                          {name}
                        </Link>
                      </li>
                    ))}
                  </ul>
                </Panel>
              )}
            </div>
          </div>
        </WritingContext>
      )}
    </Page>
  )
}

const StateNotice = ({ creative: { review, archivedAt } }: { creative: Creative }) => {
  const t = useText()
  const words = t.creatives
  if (archivedAt) return <Notice tone="warn">{words.archivedNotice}</Notice>
  if (review?.state === 'approved') return <Notice tone="good">{words.approvedNotice}</Notice>
  if (review?.state === 'review' || review?.state === 'opinion') return <Notice>{words.waitingNotice}</Notice>
  if (review?.state === 'returned' || review?.state === 'refused')
    return (
      <Notice
        tone="warn"
        action={
          <Link to="/reviews/$id" params={{ id: String(review.id) }}>
            {words.seeReview}
          </Link>
        }
      >
        {words.returnedNotice}
      </Notice>
    )
  return null
}

const SubmitButton = ({ creative, unsaved, ready }: { creative: Creative; unsaved: boolean; ready: boolean }) => {
  const t = useText()
  const words = t.creatives
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [note, setNote] = useState('')
  const submit = useMutation({
    mutationFn: () => submitCreative(creative.id, note.trim()),
    onSuccess: async () => {
      setOpen(false)
      await client.invalidateQueries({ queryKey: ['creatives'] })
      message.success(words.submitted)
    },
    onError: fail,
  })
  const state = creative.review?.state
  if (state === 'review' || state === 'opinion' || state === 'approved') return null
  return (
    <>
      <Button type="primary" disabled={unsaved || !ready} onClick={() => setOpen(true)}>
        {words.submit}
      </Button>
      <Modal
        open={open}
        title={words.submit}
        okText={words.submit}
        okButtonProps={{ loading: submit.isPending }}
        onOk={() => submit.mutate()}
        onCancel={() => setOpen(false)}
      >
        <div className="stack-16">
          <Notice>{words.submitHint}</Notice>
          <Field label={words.submitNote}>
            <Input.TextArea rows={3} maxLength={500} value={note} onChange={({ target }) => setNote(target.value)} />
          </Field>
        </div>
      </Modal>
    </>
  )
}

const MoreActions = ({ creative }: { creative: Creative }) => {
  const t = useText()
  const words = t.creatives
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const after = async ({ id }: Creative) => {
    await client.invalidateQueries({ queryKey: ['creatives'] })
    await navigate({ to: '/creatives/$id', params: { id: String(id) } })
  }
  const copy = useMutation({
    mutationFn: (variant: boolean) =>
      copyCreative(creative.id, {
        variant,
        name: (variant ? words.variantName : words.copyName)(creative.name).slice(0, 100),
      }),
    onSuccess: after,
    onError: fail,
  })
  const archive = useMutation({
    mutationFn: (archived: boolean) => archiveCreative(creative.id, archived),
    onSuccess: after,
    onError: fail,
  })
  const archived = creative.archivedAt !== null
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'copy', label: words.duplicate },
          { key: 'variant', label: words.variant },
          { key: 'archive', label: archived ? words.restore : words.archive, danger: !archived },
        ],
        onClick: ({ key }) => {
          if (key !== 'archive') copy.mutate(key === 'variant')
          else if (archived) archive.mutate(false)
          else
            confirm({
              title: words.archiveTitle(creative.name),
              content: words.archiveWarning,
              okText: words.archive,
              run: () => archive.mutateAsync(true),
            })
        },
      }}
    >
      <Button icon={<Icon name="more" size={16} />} aria-label={t.ui.moreActions} />
    </Dropdown>
  )
}
