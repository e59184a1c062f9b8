import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useRef } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { decideLink, findHouseholds, importLinks, listProposed } from './matching-calls.ts'

/** Links that a rule proposed, and two ways to more of them. */
export const ProposedLinks = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const format = useFormats()
  const { message } = App.useApp()
  const picker = useRef<HTMLInputElement>(null)
  const proposed = useQuery({ queryKey: ['links', 'proposed'], queryFn: ({ signal }) => listProposed(signal) })
  const again = () => client.invalidateQueries({ queryKey: ['links'] })
  const decide = useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: 'confirm' | 'refuse' }) => decideLink(id, decision),
    onSuccess: again,
    onError: fail,
  })
  const search = useMutation({
    mutationFn: findHouseholds,
    onSuccess: () => {
      message.info(t.matching.searching)
      setTimeout(() => void again(), 5_000)
    },
    onError: fail,
  })
  const upload = useMutation({
    mutationFn: async (file: File) => importLinks(await file.text()),
    onSuccess: again,
    onError: fail,
  })
  const codes: Readonly<Record<string, string>> = t.matching.rejectCodes
  const evidences: Readonly<Record<string, string>> = t.matching.rules
  const report = upload.data
  return (
    <Panel
      flush
      title={t.matching.proposals}
      {...(proposed.data && proposed.data.total > 0 ? { note: format.count(proposed.data.total) } : {})}
      extra={
        can('customers.write') && (
          <>
            <Button icon={<Icon name="search" size={16} />} loading={search.isPending} onClick={() => search.mutate()}>
              {t.matching.findHouseholds}
            </Button>
            <Button
              icon={<Icon name="upload" size={16} />}
              loading={upload.isPending}
              onClick={() => picker.current?.click()}
            >
              {t.matching.importLinks}
            </Button>
            <input
              ref={picker}
              type="file"
              accept=".csv,text/csv"
              aria-label={t.matching.importLinks}
              hidden
              onChange={(event) => {
                const [file] = event.target.files ?? []
                if (file) upload.mutate(file)
                event.target.value = ''
              }}
            />
          </>
        )
      }
    >
      <div className="panel-body stack">
        <p className="muted small">
          {t.matching.proposalsHint} {can('customers.write') && t.matching.importLinksHint}
        </p>
        {report && (
          <Notice tone={report.rejectedTotal > 0 ? 'warn' : 'good'}>
            {t.matching.fileReport(format.count(report.read), format.count(report.made), format.count(report.known))}
            {report.rejectedTotal > 0 && (
              <details>
                <summary>{t.matching.fileRejected(format.count(report.rejectedTotal))}</summary>
                <ul className="small">
                  {report.rejected.map(({ line, code }) => (
                    <li key={line}>{t.matching.rejectLine(line, codes[code] ?? code)}</li>
                  ))}
                </ul>
              </details>
            )}
          </Notice>
        )}
      </div>
      <Loaded query={proposed}>
        {({ items }) => (
          <Table
            label={t.matching.proposals}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank compact title={t.matching.noProposals} />}
            columns={[
              {
                key: 'two',
                title: t.matching.two,
                card: 'lead',
                cell: (row) => (
                  <span className="row">
                    {[row.from, row.to].map((id, index) => (
                      <Link key={id} to="/customers/$id" params={{ id }}>
                        {row.displays[index]?.name ?? ''} #{id}
                      </Link>
                    ))}
                  </span>
                ),
              },
              { key: 'kind', title: t.matching.linkKind, fit: true, cell: (row) => t.matching.linkKinds[row.kind] },
              { key: 'evidence', title: t.matching.evidence, cell: (row) => evidences[row.evidence] ?? row.evidence },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) =>
                  can('customers.write') && (
                    <span className="row">
                      <Button size="small" onClick={() => decide.mutate({ id: row.id, decision: 'confirm' })}>
                        {t.matching.confirm}
                      </Button>
                      <Button size="small" onClick={() => decide.mutate({ id: row.id, decision: 'refuse' })}>
                        {t.matching.refuse}
                      </Button>
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
