import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import './ad-audiences.css'
import { listTargets } from './ad-calls.ts'
import { isOnItsWay } from './export-item.tsx'
import { ApprovalBadge, TargetDrawer } from './target-drawer.tsx'
import { TargetForm } from './target-form.tsx'

/** Audiences at advertising platforms: to whom, whether approved, what the last export gave and left out. */
export const AdAudiencesPage = () => {
  const t = useText()
  const words = t.adAudiences
  const can = useCan()
  const format = useFormats()
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState<number>()
  const [editing, setEditing] = useState<number | 'new'>()
  const targets = useQuery({
    queryKey: ['adTargets'],
    queryFn: ({ signal }) => listTargets(signal),
    refetchInterval: ({ state }) => (state.data?.items.some(({ last }) => last && isOnItsWay(last)) ? 2_000 : false),
  })
  const items = targets.data?.items ?? []
  const shown = items.find(({ id }) => id === open)
  const create = (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setEditing('new')}>
      {words.create}
    </Button>
  )
  const sought = typed.trim().toLowerCase()
  return (
    <Page title={words.title} subtitle={words.subtitle} actions={can('campaigns.write') && create}>
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={words.search}
            aria-label={words.search}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            style={{ maxWidth: 320 }}
          />
        </div>
        <Loaded query={targets} lines={5}>
          {({ items }) => (
            <Table
              label={words.title}
              rows={items.filter(({ name, recipient }) => `${name} ${recipient}`.toLowerCase().includes(sought))}
              rowKey={({ id }) => id}
              blank={
                sought !== '' ? (
                  <Blank icon="search" title={words.noneFit} />
                ) : (
                  <Blank icon="upload" title={words.none} hint={words.noneHint}>
                    {can('campaigns.write') && create}
                  </Blank>
                )
              }
              columns={[
                {
                  key: 'name',
                  title: words.name,
                  card: 'lead',
                  cell: ({ id, name, set }) => (
                    <>
                      <Button type="link" className="ad-name" onClick={() => setOpen(id)}>
                        {name}
                      </Button>
                      <div className="muted small">{set.name ?? words.setGone}</div>
                    </>
                  ),
                },
                {
                  key: 'recipient',
                  title: words.recipient,
                  cell: ({ recipient, platform, form, consentAsked, retiredAt }) => (
                    <>
                      {recipient}
                      <div className="muted small">
                        {words.platforms[platform]} · {words.forms[form] ?? form}
                      </div>
                      {!consentAsked && retiredAt === null && (
                        <span title={words.consentMissing}>
                          <Badge tone="warn">{t.refusals.codes.NO_CONSENT.name}</Badge>
                        </span>
                      )}
                    </>
                  ),
                },
                { key: 'state', title: words.state, fit: true, cell: (target) => <ApprovalBadge target={target} /> },
                {
                  key: 'members',
                  title: words.members,
                  fit: true,
                  align: 'right',
                  cell: ({ members }) => format.count(members),
                },
                {
                  key: 'last',
                  title: words.last,
                  cell: ({ last }) =>
                    last === null ? (
                      <span className="muted">{words.never}</span>
                    ) : (
                      <>
                        <span className="row">
                          <Ago at={last.finishedAt ?? last.createdAt} />
                          {last.state !== 'done' && (
                            <Badge tone={last.state === 'failed' ? 'bad' : 'blue'} live={isOnItsWay(last)}>
                              {words.exportStates[last.state]}
                            </Badge>
                          )}
                        </span>
                        {last.state === 'done' && (
                          <div className="muted small">
                            {words.added} {format.count(last.added ?? 0)} · {words.removed}{' '}
                            {format.count(last.removed ?? 0)} · {words.leftOut}{' '}
                            {format.count(Object.values(last.leftOut).reduce((sum, count) => sum + count, 0))}
                          </div>
                        )}
                      </>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {shown && editing === undefined && (
        <TargetDrawer target={shown} onEdit={() => setEditing(shown.id)} onClose={() => setOpen(undefined)} />
      )}
      {editing !== undefined && (
        <TargetForm
          target={editing === 'new' ? undefined : items.find(({ id }) => id === editing)}
          recipients={targets.data?.recipients ?? []}
          onSaved={({ id }) => {
            setEditing(undefined)
            setOpen(id)
          }}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Page>
  )
}
