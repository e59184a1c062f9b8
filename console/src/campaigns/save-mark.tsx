import { useBlocker } from '@tanstack/react-router'
import { Button, Modal } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { problemParticulars, problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import type { Campaign } from './campaign-shapes.ts'
import type { DraftTools } from './use-campaign-draft.ts'

/** Whether what is on the page has been saved. */
export const SaveMark = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns
  if (!tools.editable) return <span className="muted small">{words.readOnly}</span>
  switch (tools.state) {
    case 'saving':
    case 'unsaved':
      return (
        <span className="c-saved" role="status">
          <Icon name="clock" size={15} />
          {words.saving}
        </span>
      )
    case 'saved':
      return (
        <span className="c-saved" role="status">
          <Icon name="done" size={15} />
          {tools.savedAt === undefined ? words.saved : words.savedAgo(format.clock(tools.savedAt))}
        </span>
      )
    case 'unfinished':
      return (
        <span className="c-saved c-saved-not" role="status">
          <Icon name="edit" size={15} />
          {words.unfinished(tools.open.length)}
        </span>
      )
    case 'failed':
    case 'conflict':
      return (
        <span className="c-saved c-saved-bad" role="alert">
          <Icon name="warn" size={15} />
          {words.saveFailed}
          {tools.state === 'failed' && (
            <Button size="small" onClick={() => void tools.retry()}>
              {words.retrySave}
            </Button>
          )}
        </span>
      )
  }
}

/** What has to be said about saving: another's edit, a failure, what was kept in this browser. */
export const SaveNotices = ({ tools, campaign }: { tools: DraftTools; campaign: Campaign }) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns
  return (
    <>
      {tools.state === 'conflict' && (
        <div className="c-notice">
          <Notice
            tone="warn"
            action={
              <span className="row">
                <Button onClick={() => void tools.takeTheirs()}>{words.takeTheirs}</Button>
                <Button danger onClick={() => void tools.keepMine()}>
                  {words.keepMine}
                </Button>
              </span>
            }
          >
            <strong>{words.conflictTitle}</strong>
            <div>{words.conflictText(campaign.changedBy, format.dateTime(campaign.changedAt))}</div>
          </Notice>
        </div>
      )}
      {tools.state === 'failed' && (
        <div className="c-notice">
          <Notice tone="bad">
            {problemText(t, tools.error)}
            <div className="small wrap">{problemParticulars(tools.error)}</div>
          </Notice>
        </div>
      )}
      {tools.restored && (
        <div className="c-notice">
          <Notice action={<Button onClick={tools.discard}>{words.discard}</Button>}>
            {tools.restored === 'same' ? words.restored : words.restoredOld}
          </Notice>
        </div>
      )}
    </>
  )
}

/** Asks before a page with unsaved changes is left, after trying to save them. */
export const LeaveGuard = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const blocker = useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      if (current.pathname === next.pathname) return false
      return !(await tools.flush())
    },
    enableBeforeUnload: () => tools.state !== 'saved',
    disabled: !tools.editable || tools.state === 'saved',
    withResolver: true,
  })
  return (
    <Modal
      open={blocker.status === 'blocked'}
      title={words.leaveTitle}
      okText={words.leave}
      cancelText={words.stay}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      {words.leaveText}
    </Modal>
  )
}
