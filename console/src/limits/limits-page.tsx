import './limits.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { ChangeDialog } from './change-dialog.tsx'
import { HistoryDrawer } from './history-drawer.tsx'
import { getLimits, withdrawLimit } from './limit-calls.ts'
import { LimitContent, limitOf } from './limit-content.tsx'
import type { LimitName, LimitVersion } from './limit-shapes.ts'

const left: readonly LimitName[] = ['hours', 'calendar', 'suitability']
const right: readonly LimitName[] = ['frequency', 'conflict', 'holdout', 'zone', 'costs', 'records']

/** Rules that every campaign obeys: when, how often, to whom. */
export const LimitsPage = () => {
  const t = useText()
  const can = useCan()
  const limits = useQuery({ queryKey: ['limits', 'now'], queryFn: ({ signal }) => getLimits(signal) })
  return (
    <Page title={t.limits.title} subtitle={t.limits.subtitle}>
      {!can('limits.write') && <p className="muted small">{t.limits.readOnly}</p>}
      <Loaded query={limits} lines={10}>
        {({ limits, coming }) => (
          <div className="limits-grid">
            {[left, right].map((names) => (
              <div key={names[0]} className="stack-16">
                {names.map((name) => {
                  const version = limits.find((limit) => limit.name === name)
                  const later = coming.filter((limit) => limit.name === name)
                  return version && <LimitPanel key={name} version={version} coming={later} />
                })}
              </div>
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  )
}

const LimitPanel = ({ version, coming }: { version: LimitVersion; coming: readonly LimitVersion[] }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const words = t.limits
  const [open, setOpen] = useState<'change' | 'history'>()
  const withdraw = useMutation({
    mutationFn: (id: number) => withdrawLimit(version.name, id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['limits'] }),
    onError: fail,
  })
  const name = words.names[version.name]
  return (
    <Panel
      title={name}
      extra={
        <span className="row">
          <Button
            type="text"
            size="small"
            aria-label={words.historyOf(name)}
            icon={<Icon name="clock" size={14} />}
            onClick={() => setOpen('history')}
          >
            {words.history}
          </Button>
          {can('limits.write') && (
            <Button
              size="small"
              aria-label={words.dialogTitle(name)}
              icon={<Icon name="edit" size={14} />}
              onClick={() => setOpen('change')}
            >
              {words.edit}
            </Button>
          )}
        </span>
      }
    >
      <LimitContent limit={limitOf(version)} />
      {coming.map((later) => (
        <div key={later.id} className="limit-foot">
          <Notice
            tone="info"
            action={
              can('limits.write') && (
                <Button
                  size="small"
                  loading={withdraw.isPending}
                  onClick={() =>
                    confirm({
                      title: words.takeBack,
                      content: words.takeBackWarning,
                      okText: words.takeBack,
                      run: () => withdraw.mutateAsync(later.id),
                    })
                  }
                >
                  {words.takeBack}
                </Button>
              )
            }
          >
            {words.comingAt(format.dateTime(later.validFrom))} · {later.reason}
          </Notice>
        </div>
      ))}
      <p className="limit-foot muted small">
        {words.since(format.date(version.validFrom), version.setBy === 'system' ? words.initial : version.setBy)}
        <br />
        {words.source}：{version.source}
      </p>
      {open === 'change' && <ChangeDialog version={version} onClose={() => setOpen(undefined)} />}
      {open === 'history' && (
        <HistoryDrawer name={version.name} current={version.id} onClose={() => setOpen(undefined)} />
      )}
    </Panel>
  )
}
