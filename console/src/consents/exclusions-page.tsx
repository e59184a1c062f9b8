import './consents.css'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { endExclusion, importExclusions, listExclusions } from './consent-calls.ts'
import type { Exclusion, ExclusionKind, FileValueKind } from './consent-shapes.ts'
import { ExclusionDialog, endOfDay } from './exclusion-dialog.tsx'
import { ExclusionTabs } from './exclusion-tabs.tsx'
import { ExclusionImportDialog, FileImports } from './file-import.tsx'

const states = ['active', 'ended', 'all'] as const

/** Who is not to be reached with what. */
export const ExclusionsPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [kind, setKind] = useState<ExclusionKind>()
  const [state, setState] = useState<(typeof states)[number]>('active')
  const [asking, setAsking] = useState<'one' | 'file'>()
  const [ending, setEnding] = useState<Exclusion>()
  const exclusions = useInfiniteQuery({
    queryKey: ['consents', 'exclusions', kind, state],
    queryFn: ({ pageParam, signal }) => listExclusions({ kind, state, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const end = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => endExclusion(id, reason),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      setEnding(undefined)
    },
    onError: fail,
  })
  const counts = new Map(exclusions.data?.pages[0]?.counts.map((one) => [one.kind, one.count]))
  const mayWrite = can('exclusions.write')
  return (
    <Page
      title={t.consents.exclusionsTitle}
      subtitle={t.consents.exclusionsSubtitle}
      actions={
        mayWrite && (
          <>
            <Button icon={<Icon name="upload" size={16} />} onClick={() => setAsking('file')}>
              {t.consents.importFile}
            </Button>
            <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setAsking('one')}>
              {t.consents.exclude}
            </Button>
          </>
        )
      }
    >
      <ExclusionTabs here="people" />
      <div className="stack-16">
        <Panel flush>
          <div className="panel-body filters">
            <Select
              allowClear
              aria-label={t.consents.kind}
              placeholder={t.consents.allKinds}
              style={{ minWidth: 180 }}
              {...(kind !== undefined && { value: kind })}
              onChange={(value: ExclusionKind | undefined) => setKind(value)}
              options={(Object.keys(t.consents.kinds) as ExclusionKind[]).map((value) => ({
                value,
                label: `${t.consents.kinds[value]}（${format.count(counts.get(value) ?? 0)}）`,
              }))}
            />
            <Select
              aria-label={t.consents.state}
              style={{ minWidth: 120 }}
              value={state}
              onChange={setState}
              options={states.map((value) => ({ value, label: t.consents.states[value] }))}
            />
            <span className="muted small">{t.consents.total(format.count(exclusions.data?.pages[0]?.total ?? 0))}</span>
          </div>
          <Loaded query={exclusions} lines={8}>
            {({ pages }) => (
              <Table
                label={t.consents.exclusions}
                rows={pages.flatMap(({ items }) => items)}
                rowKey={({ id }) => id}
                more={exclusions}
                blank={
                  kind === undefined && state === 'active' ? (
                    <Blank icon="exclusion" title={t.consents.noExclusionsAtAll} hint={t.consents.noExclusionsHint} />
                  ) : (
                    <Blank icon="search" title={t.consents.noneFit} />
                  )
                }
                columns={[
                  {
                    key: 'customer',
                    title: t.consents.customer,
                    card: 'lead',
                    cell: (row) => (
                      <>
                        {can('customers.read') ? (
                          <Link className="strong" to="/customers/$id" params={{ id: row.customerId }}>
                            {row.display.name ?? row.display.phone ?? `#${row.customerId}`}
                          </Link>
                        ) : (
                          <span className="strong">#{row.customerId}</span>
                        )}
                        <div className="muted small">
                          #{row.customerId} {row.display.name && row.display.phone}
                        </div>
                      </>
                    ),
                  },
                  {
                    key: 'kind',
                    title: t.consents.kind,
                    fit: true,
                    cell: (row) => <Badge tone={row.active ? 'warn' : 'plain'}>{t.consents.kinds[row.kind]}</Badge>,
                  },
                  {
                    key: 'reason',
                    title: t.consents.reason,
                    cell: (row) => (
                      <span className="wrap">
                        {row.reason}
                        {row.endReason && <div className="muted small">{row.endReason}</div>}
                      </span>
                    ),
                  },
                  { key: 'since', title: t.consents.since, fit: true, cell: (row) => <Ago at={row.since} /> },
                  {
                    key: 'until',
                    title: t.consents.untilLabel,
                    fit: true,
                    cell: (row) =>
                      row.endedAt ? (
                        <Ago at={row.endedAt} />
                      ) : row.until ? (
                        format.date(row.until)
                      ) : (
                        <span className="muted">{t.consents.noEnd}</span>
                      ),
                  },
                  {
                    key: 'by',
                    title: t.consents.source,
                    fit: true,
                    cell: (row) => (
                      <span className="small">
                        {t.consents.sources[row.source] ?? row.source} · {row.createdBy}
                      </span>
                    ),
                  },
                  {
                    key: 'end',
                    title: '',
                    fit: true,
                    cell: (row) =>
                      mayWrite &&
                      row.active && (
                        <Button size="small" onClick={() => setEnding(row)}>
                          {t.consents.end}
                        </Button>
                      ),
                  },
                ]}
              />
            )}
          </Loaded>
        </Panel>
        <FileImports target="exclusion" />
      </div>
      {asking === 'one' && <ExclusionDialog onClose={() => setAsking(undefined)} />}
      {asking === 'file' && (
        <ExclusionImportDialog
          onClose={() => setAsking(undefined)}
          send={({ source, valueKind, kind: of, until, reason, evidence }) =>
            importExclusions({
              valueKind: valueKind satisfies FileValueKind,
              kind: of,
              until: endOfDay(until),
              reason,
              evidence,
              ...source,
            })
          }
        />
      )}
      {ending && (
        <ReasonDialog
          title={t.consents.endTitle(t.consents.kinds[ending.kind])}
          warning={t.consents.endWarning}
          label={t.consents.endReason}
          placeholder={t.consents.endHint}
          confirm={t.consents.end}
          busy={end.isPending}
          onConfirm={(reason) => end.mutate({ id: ending.id, reason })}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Page>
  )
}
