import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listAudit, listKeys, listUsers, verifyAudit } from './system-calls.ts'

export const AuditPage = () => {
  const t = useText()
  const format = useFormats()
  const [filter, setFilter] = useState({ actor: '', action: '', subject: '' })
  const asked = useSettled(filter, 350)
  const records = useInfiniteQuery({
    queryKey: ['audit', asked],
    queryFn: ({ pageParam, signal }) => listAudit({ ...asked, before: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const verify = useMutation({ mutationFn: verifyAudit })
  const actions: Readonly<Record<string, string>> = t.audit.actions
  const { nameOf, people } = useNames()
  return (
    <Page
      title={t.nav.audit}
      subtitle={t.audit.subtitle}
      actions={
        <Button
          type="primary"
          icon={<Icon name="audit" size={16} />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t.audit.verify}
        </Button>
      }
    >
      <div className="stack-16">
        <div aria-live="polite">
          {verify.isError && <Notice tone="bad">{problemText(t, verify.error)}</Notice>}
          {verify.data?.ok === true && <Notice tone="good">{t.audit.intact(format.count(verify.data.records))}</Notice>}
          {verify.data?.ok === false && (
            <Notice tone="bad">
              {t.audit.broken(
                verify.data.firstBad?.seq ?? 0,
                t.audit.faults[verify.data.firstBad?.what ?? 'changed'] ?? '',
              )}
            </Notice>
          )}
        </div>
        <Panel flush>
          <div className="panel-body filters" data-page-search>
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t.audit.actor}
              placeholder={t.audit.anyActor}
              value={filter.actor || null}
              onChange={(actor: string | null | undefined) => setFilter({ ...filter, actor: actor ?? '' })}
              style={{ flex: '1 1 150px', maxWidth: 240 }}
              options={people}
            />
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t.audit.action}
              placeholder={t.audit.anyAction}
              value={filter.action || null}
              onChange={(action: string | null | undefined) => setFilter({ ...filter, action: action ?? '' })}
              style={{ flex: '1 1 150px', maxWidth: 240 }}
              options={Object.entries(actions).map(([value, label]) => ({ value, label }))}
            />
            <Input
              allowClear
              aria-label={t.audit.subject}
              placeholder={t.audit.subjectHint}
              value={filter.subject}
              onChange={(event) => setFilter({ ...filter, subject: event.target.value.trim() })}
              style={{ flex: '1 1 150px', maxWidth: 240 }}
            />
          </div>
          <Loaded query={records} lines={8}>
            {({ pages }) => (
              <Table
                label={t.nav.audit}
                rows={pages.flatMap((page) => page.items)}
                rowKey={(row) => row.seq}
                more={records}
                blank={<Blank icon="audit" title={t.audit.none} />}
                columns={[
                  { key: 'seq', title: t.audit.seq, align: 'right', fit: true, cell: (row) => row.seq },
                  {
                    key: 'at',
                    title: t.ui.when,
                    fit: true,
                    cell: (row) => <time dateTime={row.ts}>{format.dateTime(row.ts)}</time>,
                  },
                  {
                    key: 'actor',
                    title: t.audit.actor,
                    fit: true,
                    cell: (row) => <span title={row.actor}>{nameOf(row.actor)}</span>,
                  },
                  {
                    key: 'action',
                    title: t.audit.action,
                    card: 'lead',
                    cell: (row) => (
                      <>
                        <span className="strong nowrap" title={row.action}>
                          {actions[row.action] ?? row.action}
                        </span>
                        {row.purpose && (
                          <div className="small">
                            <Badge tone="warn">{t.customers.purpose}</Badge> {row.purpose}
                          </div>
                        )}
                      </>
                    ),
                  },
                  {
                    key: 'subject',
                    title: t.audit.subject,
                    cell: (row) =>
                      row.subject && (
                        <span className="wrap" title={row.subject}>
                          {nameOf(row.subject)}
                        </span>
                      ),
                  },
                  {
                    key: 'detail',
                    title: t.audit.detail,
                    card: 'wide',
                    cell: (row) =>
                      row.detail && <code className="muted small wrap clamp-2">{JSON.stringify(row.detail)}</code>,
                  },
                ]}
              />
            )}
          </Loaded>
        </Panel>
      </div>
    </Page>
  )
}

/** `user:…` and `key:…` as people call them, as far as the reader may know. */
const useNames = () => {
  const t = useText()
  const can = useCan()
  const users = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => listUsers(signal),
    enabled: can('users.read'),
  })
  const keys = useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => listKeys(signal), enabled: can('keys.read') })
  const people = [
    ...(users.data?.items ?? []).map(({ id, name, login }) => ({ value: `user:${id}`, label: `${name} (${login})` })),
    ...(keys.data?.items ?? []).map(({ id, name }) => ({ value: `key:${id}`, label: `${t.audit.key} ${name}` })),
    { value: 'cli:cli', label: t.audit.commandLine },
    { value: 'system:system', label: t.audit.program },
  ]
  const names = new Map(people.map(({ value, label }) => [value, label]))
  return { people, nameOf: (id: string) => names.get(id) ?? id }
}
