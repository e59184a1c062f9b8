import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { decideConflict, listConflicts } from './customer-calls.ts'
import type { Conflict, Decision } from './customer-shapes.ts'

export const ConflictsPage = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [deciding, setDeciding] = useState<{ conflict: Conflict; decision: Decision }>()
  const conflicts = useQuery({
    queryKey: ['customers', 'conflicts'],
    queryFn: ({ signal }) => listConflicts(signal),
  })
  const resolve = useMutation({
    mutationFn: ({ id, decision, reason }: { id: string; decision: Decision; reason: string }) =>
      decideConflict(id, { decision, reason }),
    onSuccess: () => {
      setDeciding(undefined)
      return client.invalidateQueries({ queryKey: ['customers'] })
    },
    onError: fail,
  })
  const kinds: Readonly<Record<string, string>> = t.identifiers
  const reasons: Readonly<Record<string, string>> = t.customers.conflictReasons

  return (
    <Page
      title={t.customers.conflicts}
      subtitle={t.customers.conflictsHint}
      back={{ to: '/customers', label: t.nav.customers }}
    >
      <Panel flush>
        <Loaded query={conflicts}>
          {({ items }) => (
            <Table
              label={t.customers.conflicts}
              rows={items}
              rowKey={(row) => row.id}
              blank={<Blank icon="done" title={t.customers.noConflicts} hint={t.customers.noConflictsHint} />}
              columns={[
                {
                  key: 'kind',
                  title: t.customers.conflictKind,
                  card: 'lead',
                  cell: (row) => <Badge tone="warn">{kinds[row.kind] ?? row.kind}</Badge>,
                },
                { key: 'reason', title: t.ui.reason, cell: (row) => reasons[row.reason] ?? row.reason },
                {
                  key: 'customers',
                  title: t.nav.customers,
                  cell: (row) => (
                    <span className="row">
                      {[row.a, row.b].map((id) => (
                        <Link key={id} to="/customers/$id" params={{ id }}>
                          #{id}
                        </Link>
                      ))}
                    </span>
                  ),
                },
                { key: 'at', title: t.ui.when, fit: true, cell: (row) => <Ago at={row.at} /> },
                {
                  key: 'decide',
                  title: t.customers.decision,
                  fit: true,
                  card: 'bare',
                  cell: (row) =>
                    can('customers.merge') && (
                      <span className="row">
                        <Button size="small" onClick={() => setDeciding({ conflict: row, decision: 'different' })}>
                          {t.customers.keepApart}
                        </Button>
                        <Button size="small" onClick={() => setDeciding({ conflict: row, decision: 'merge' })}>
                          {t.customers.merge}
                        </Button>
                      </span>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {deciding && (
        <ReasonDialog
          title={deciding.decision === 'merge' ? t.customers.merge : t.customers.keepApart}
          warning={deciding.decision === 'merge' ? t.customers.mergeWarning : t.customers.keepApartWarning}
          label={t.ui.reason}
          placeholder={t.customers.decisionHint}
          confirm={t.ui.confirm}
          busy={resolve.isPending}
          onConfirm={(reason) => resolve.mutate({ id: deciding.conflict.id, decision: deciding.decision, reason })}
          onClose={() => setDeciding(undefined)}
        />
      )}
    </Page>
  )
}
