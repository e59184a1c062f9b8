import './consents.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { App, Button, Checkbox, Input, Modal } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice as Told } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { changePurpose, deleteDraft, listNotices, listPurposes, publishNotice, saveDraft } from './consent-calls.ts'
import type { Notice, NoticeContent, Purpose } from './consent-shapes.ts'
import { EditPurposeDialog } from './edit-purpose-dialog.tsx'
import { NoticeForm } from './notice-form.tsx'
import { NoticeDiff, NoticeText } from './notice-view.tsx'
import { purposeName } from './purpose-name.ts'

const emptyContent: NoticeContent = {
  processor: '',
  contact: '',
  purpose: '',
  manner: '',
  kinds: [],
  sensitiveKinds: [],
  necessity: '',
  retention: '',
  rights: '',
  recipients: [],
  ask: '',
  validDays: null,
}

/** One purpose: the notice in force, its versions, the draft of the next with what it changes. */
export const PurposePage = () => {
  const t = useText()
  const { key } = useParams({ from: '/inside/consents/$key' })
  const purposes = useQuery({ queryKey: ['consents', 'purposes'], queryFn: ({ signal }) => listPurposes(signal) })
  const notices = useQuery({
    queryKey: ['consents', 'notices', key],
    queryFn: ({ signal }) => listNotices(key, signal),
  })
  const purpose = purposes.data?.items.find((one) => one.key === key)
  if (!purpose || !notices.data)
    return (
      <Page title={t.consents.notice} back={{ to: '/consents', label: t.consents.title }}>
        <Panel>
          <Loaded query={notices} lines={8}>
            {() => null}
          </Loaded>
        </Panel>
      </Page>
    )
  return <OnePurpose key={key} purpose={purpose} notices={notices.data.items} />
}

const OnePurpose = ({ purpose, notices }: { purpose: Purpose; notices: readonly Notice[] }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [editing, setEditing] = useState(false)
  const [shown, setShown] = useState<number>()
  const [changing, setChanging] = useState(false)
  const draft = notices.find(({ state }) => state === 'draft')
  const current = notices.find(({ state }) => state === 'published')
  const viewed = notices.find(({ number }) => number === shown) ?? current
  const retire = useMutation({
    mutationFn: () => changePurpose(purpose.key, { retired: !purpose.retired }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['consents'] }),
    onError: fail,
  })
  const mayWrite = can('notices.write')
  return (
    <Page
      title={purposeName(t, purpose)}
      back={{ to: '/consents', label: t.consents.title }}
      subtitle={
        <span className="row">
          <code>{purpose.key}</code> · {t.consents.bases[purpose.basis]}
          {purpose.separate && (
            <Badge tone="blue">
              {t.consents.separate}
              {purpose.recipient && ` · ${purpose.recipient}`}
            </Badge>
          )}
          {purpose.retired && <Badge>{t.consents.retired}</Badge>}
        </span>
      }
      actions={
        mayWrite && (
          <>
            <Button
              loading={retire.isPending}
              onClick={() =>
                purpose.retired
                  ? retire.mutate()
                  : confirm({
                      title: t.consents.retireSure(purposeName(t, purpose)),
                      content: t.consents.retireHint,
                      run: () => retire.mutateAsync(),
                    })
              }
            >
              {purpose.retired ? t.consents.reuse : t.consents.retire}
            </Button>
            <Button icon={<Icon name="edit" size={16} />} onClick={() => setChanging(true)}>
              {t.consents.editPurpose}
            </Button>
            {!editing && (
              <Button type="primary" icon={<Icon name="file" size={16} />} onClick={() => setEditing(true)}>
                {draft ? t.consents.continueDraft : t.consents.write}
              </Button>
            )}
          </>
        )
      }
    >
      {editing ? (
        <Editor purpose={purpose} draft={draft} current={current} onClose={() => setEditing(false)} />
      ) : (
        <div className="grid grid-main">
          <div className="stack-16">
            {draft && <Draft draft={draft} current={current} mayWrite={mayWrite} />}
            <Panel title={t.consents.notice} note={viewed?.label}>
              {viewed ? (
                <NoticeText content={viewed.content} />
              ) : purpose.basis === 'consent' ? (
                <Blank icon="consent" title={t.consents.noNotice} hint={t.consents.noNoticeHint}>
                  {mayWrite && !draft && (
                    <Button type="primary" onClick={() => setEditing(true)}>
                      {t.consents.write}
                    </Button>
                  )}
                </Blank>
              ) : (
                <Blank icon="consent" title={t.consents.notNeeded} />
              )}
            </Panel>
          </div>
          <Panel title={t.consents.versions} note={String(notices.length)}>
            <Versions notices={notices} viewed={viewed} current={current} onView={setShown} />
          </Panel>
        </div>
      )}
      {changing && <EditPurposeDialog purpose={purpose} onClose={() => setChanging(false)} />}
    </Page>
  )
}

const Versions = ({
  notices,
  viewed,
  current,
  onView,
}: {
  notices: readonly Notice[]
  viewed: Notice | undefined
  current: Notice | undefined
  onView: (number: number) => void
}) => {
  const t = useText()
  const format = useFormats()
  if (notices.length === 0) return <Blank compact title={t.consents.noNotice} />
  return (
    <ul className="version-list">
      {notices.map((notice) => (
        <li key={notice.number}>
          <div className="row row-between">
            <Button
              type={notice === viewed ? 'default' : 'text'}
              size="small"
              aria-pressed={notice === viewed}
              onClick={() => onView(notice.number)}
            >
              <span className="strong">{notice.label}</span>
            </Button>
            <span className="row">
              {notice === current && <Badge tone="good">{t.consents.inForce}</Badge>}
              {notice.state === 'draft' && <Badge tone="warn">{t.consents.draft}</Badge>}
              {notice.asksAnew && <Badge tone="blue">{t.consents.askedAnew}</Badge>}
            </span>
          </div>
          <div className="muted small">
            {notice.publishedAt && notice.publishedBy
              ? t.consents.publishedAt(format.date(notice.publishedAt), notice.publishedBy)
              : `${format.date(notice.changedAt)} · ${notice.changedBy}`}
            {notice.state === 'published' && ` · ${t.consents.consents(format.count(notice.consents))}`}
          </div>
          {notice.textHash && (
            <div className="muted small" title={notice.textHash}>
              {t.consents.hash} <code>{notice.textHash.slice(0, 12)}…</code>
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

const Draft = ({ draft, current, mayWrite }: { draft: Notice; current: Notice | undefined; mayWrite: boolean }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [publishing, setPublishing] = useState(false)
  const refresh = () => client.invalidateQueries({ queryKey: ['consents'] })
  const drop = useMutation({
    mutationFn: () => deleteDraft(draft.purpose, draft.number),
    onSuccess: refresh,
    onError: fail,
  })
  return (
    <Panel
      title={`${t.consents.draft} ${draft.label}`}
      extra={
        mayWrite && (
          <>
            <Button
              size="small"
              icon={<Icon name="trash" size={14} />}
              onClick={() => confirm({ title: t.consents.deleteDraftSure, run: () => drop.mutateAsync() })}
            >
              {t.consents.deleteDraft}
            </Button>
            <Button size="small" type="primary" disabled={draft.missing.length > 0} onClick={() => setPublishing(true)}>
              {t.consents.publish}
            </Button>
          </>
        )
      }
    >
      <div className="stack-16">
        {draft.missing.length > 0 && (
          <Told tone="warn">
            {t.consents.missingTitle}：{draft.missing.map((field) => t.consents.fields[field]).join('、')}
          </Told>
        )}
        {current ? (
          <NoticeDiff before={current.content} after={draft.content} />
        ) : (
          <NoticeText content={draft.content} />
        )}
      </div>
      {publishing && (
        <PublishDialog
          draft={draft}
          first={current === undefined}
          onClose={() => setPublishing(false)}
          onDone={refresh}
        />
      )}
    </Panel>
  )
}

const PublishDialog = ({
  draft,
  first,
  onClose,
  onDone,
}: {
  draft: Notice
  first: boolean
  onClose: () => void
  onDone: () => Promise<void>
}) => {
  const t = useText()
  const fail = useFailureToast()
  const [anew, setAnew] = useState(false)
  const must = draft.mustAskAnew.length > 0
  const publish = useMutation({
    mutationFn: () => publishNotice(draft.purpose, draft.number, anew),
    onSuccess: async () => {
      await onDone()
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.consents.publishTitle(draft.label)}
      onCancel={onClose}
      okText={t.consents.publish}
      okButtonProps={{ loading: publish.isPending }}
      onOk={() => publish.mutate()}
    >
      <div className="stack-16">
        <p>{t.consents.publishHint}</p>
        {!first && (
          <Told tone={must ? 'warn' : 'info'}>
            {must
              ? `${t.consents.mustAskAnew}（${draft.mustAskAnew.map((field) => t.consents.fields[field]).join('、')}）`
              : t.consents.mayAskAnew}
          </Told>
        )}
        {!first && !must && (
          <Checkbox checked={anew} onChange={(event) => setAnew(event.target.checked)}>
            {t.consents.askAnewAnyway}
          </Checkbox>
        )}
      </div>
    </Modal>
  )
}

const Editor = ({
  purpose,
  draft,
  current,
  onClose,
}: {
  purpose: Purpose
  draft: Notice | undefined
  current: Notice | undefined
  onClose: () => void
}) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [content, setContent] = useState<NoticeContent>(draft?.content ?? current?.content ?? emptyContent)
  const [label, setLabel] = useState(draft?.label ?? '')
  const save = useMutation({
    mutationFn: () => saveDraft(purpose.key, { content, ...(label.trim() !== '' && { label: label.trim() }) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      message.success(t.consents.saved)
      onClose()
    },
    onError: fail,
  })
  return (
    <Panel
      title={draft ? t.consents.continueDraft : t.consents.write}
      extra={
        <>
          <Button size="small" onClick={onClose}>
            {t.ui.cancel}
          </Button>
          <Button size="small" type="primary" loading={save.isPending} onClick={() => save.mutate()}>
            {t.consents.saveDraft}
          </Button>
        </>
      }
    >
      <div className="stack-16 narrow">
        <Field label={t.consents.label} hint={t.consents.labelHint}>
          <Input
            value={label}
            maxLength={40}
            placeholder={`v${(current?.number ?? 0) + 1}`}
            onChange={(event) => setLabel(event.target.value)}
          />
        </Field>
        <NoticeForm content={content} onChange={setContent} />
        <div className="row">
          <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
            {t.consents.saveDraft}
          </Button>
          <Button onClick={onClose}>{t.ui.cancel}</Button>
        </div>
      </div>
    </Panel>
  )
}
