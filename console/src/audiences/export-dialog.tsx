import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Input, Modal, Segmented, Select } from 'antd'
import { useState } from 'react'
import { fileUrl, get, post, put } from '../api.ts'
import { listTraits } from '../customers/customer-calls.ts'
import { identifierKinds } from '../customers/customer-shapes.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { type GateReport, GateReportView } from '../portraits/gate-report.tsx'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Meter, Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'

interface ExportRun {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  written?: number
  total?: number | null
  error?: string | null
  report?: GateReport | null
}

interface Exposed {
  name: string
  exposure: 'quasi' | 'sensitive' | 'plain'
}

const formats = ['csv', 'xlsx', 'jsonl'] as const

/** Whom the request names: everybody, a list, an audience. */
const whomOf = (what: string) => {
  if (what === 'all') return { all: true }
  return what.startsWith('list:') ? { listId: what.slice('list:'.length) } : { audienceId: what }
}

/**
 * Writes an audience, a list or everybody into a file: a list of customers with its purpose, or anonymous behind the gate; then its
 * progress and the file.
 * @param what `all`, `list:` and the id of a list, or the id of an audience
 */
export const ExportDialog = ({ what, name, onClose }: { what: string; name: string; onClose: () => void }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const titles = useTraitTitles()
  const fail = useFailureToast()
  const [kind, setKind] = useState<(typeof formats)[number]>('csv')
  const [columns, setColumns] = useState<string[]>([])
  const [unmasked, setUnmasked] = useState(false)
  const [purpose, setPurpose] = useState('')
  const [use, setUse] = useState<'named' | 'anonymous'>('named')
  const exposed = useQuery({
    queryKey: ['exports', 'columns'],
    queryFn: ({ signal }) => get<{ items: Exposed[] }>('/exports/columns', signal),
    enabled: use === 'anonymous',
  })
  // What a trait gives away is said in the dictionary, for every later export too.
  const expose = useMutation({
    mutationFn: ({ name, exposure }: Exposed) => put(`/exports/columns/${encodeURIComponent(name)}`, { exposure }),
    onSettled: () => exposed.refetch(),
    onError: fail,
  })
  const anonymous = use === 'anonymous'
  const exposureOf = new Map((exposed.data?.items ?? []).map((one) => [one.name, one.exposure]))
  const traits = useQuery({ queryKey: ['traits'], queryFn: ({ signal }) => listTraits(signal), staleTime: 60_000 })
  const start = useMutation({
    mutationFn: () =>
      post<{ id: string }>('/exports', {
        ...whomOf(what),
        use,
        format: kind,
        ...(columns.length === 0 ? {} : { columns }),
        ...(unmasked && !anonymous ? { unmasked: true } : {}),
        ...(purpose.trim() === '' || anonymous ? {} : { purpose: purpose.trim() }),
      }),
  })
  const id = start.data?.id
  const run = useQuery({
    queryKey: ['exports', id],
    queryFn: ({ signal }) => get<ExportRun>(`/exports/${id}`, signal),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data && !['queued', 'running'].includes(state.data.state) ? false : 700),
  })
  const failed = start.isError || run.isError || run.data?.state === 'failed'
  const done = run.data?.state === 'done'
  // Who may not see values in clear says what a list of customers is for; so does whoever takes them in clear.
  const purposeNeeded = !anonymous && (unmasked || (what !== 'all' && !can('customers.unmask')))
  const ready = anonymous ? columns.length > 0 : !purposeNeeded || purpose.trim().length >= 2

  return (
    <Modal
      open
      title={t.exports.title(name)}
      onCancel={onClose}
      footer={
        done ? (
          <Button
            type="primary"
            href={fileUrl(`/exports/${id}/file`)}
            download
            icon={<Icon name="download" size={16} />}
          >
            {t.exports.download}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t.ui.close}</Button>
            <Button
              type="primary"
              disabled={!ready || (id !== undefined && !failed)}
              loading={start.isPending || (id !== undefined && !failed)}
              onClick={() => start.mutate()}
            >
              {t.exports.start}
            </Button>
          </>
        )
      }
    >
      <div className="stack-16">
        {id === undefined && (
          <>
            <Field label={t.portraits.exporting.use}>
              <Segmented
                value={use}
                onChange={(chosen) => {
                  setUse(chosen)
                  setColumns([])
                }}
                options={[
                  { value: 'named' as const, label: t.portraits.exporting.named },
                  { value: 'anonymous' as const, label: t.portraits.exporting.anonymous },
                ]}
              />
            </Field>
            <p className="muted small">
              {anonymous ? t.portraits.exporting.anonymousHint : t.portraits.exporting.namedHint}
            </p>
            <Field label={t.exports.format}>
              <Segmented
                value={kind}
                onChange={setKind}
                options={formats.map((one) => ({ value: one, label: one.toUpperCase() }))}
              />
            </Field>
            <Field
              label={t.exports.columns}
              hint={anonymous ? t.portraits.exporting.columnsNeeded : t.exports.columnsHint}
            >
              <Select
                mode="multiple"
                aria-label={t.exports.columns}
                showSearch={{ optionFilterProp: 'label' }}
                style={{ width: '100%' }}
                placeholder={anonymous ? t.exports.columns : t.exports.allColumns}
                value={columns}
                onChange={setColumns}
                options={
                  anonymous
                    ? (exposed.data?.items ?? []).map((one) => ({ value: one.name, label: titles(one.name) }))
                    : [
                        ...identifierKinds.map((one) => ({ value: one as string, label: t.identifiers[one] })),
                        ...(traits.data?.items ?? []).map((one) => ({ value: one.name, label: titles(one.name) })),
                      ]
                }
              />
            </Field>
            {anonymous && columns.length > 0 && (
              <div>
                <div className="row">
                  {columns.map((column) => {
                    const exposure = exposureOf.get(column) ?? 'plain'
                    return can('dictionary.write') ? (
                      <Select
                        key={column}
                        size="small"
                        aria-label={`${titles(column)} ${t.portraits.exporting.role}`}
                        value={exposure}
                        loading={expose.isPending}
                        onChange={(chosen) => expose.mutate({ name: column, exposure: chosen })}
                        options={(['quasi', 'sensitive', 'plain'] as const).map((one) => ({
                          value: one,
                          label: `${titles(column)} · ${t.portraits.exporting.roles[one]}`,
                        }))}
                      />
                    ) : (
                      <Badge
                        key={column}
                        tone={exposure === 'quasi' ? 'warn' : exposure === 'sensitive' ? 'bad' : 'plain'}
                      >
                        {titles(column)} · {t.portraits.exporting.roles[exposure]}
                      </Badge>
                    )
                  })}
                </div>
                <p className="muted small">{t.portraits.exporting.rolesHint}</p>
              </div>
            )}
            {!anonymous && can('customers.unmask') && (
              <Checkbox checked={unmasked} onChange={(event) => setUnmasked(event.target.checked)}>
                {t.exports.unmasked}
              </Checkbox>
            )}
            {!anonymous && unmasked && <Notice tone="warn">{t.customers.unmaskWarning}</Notice>}
            {!anonymous && (purposeNeeded || unmasked) && (
              <Field label={t.customers.purpose}>
                <Input
                  value={purpose}
                  maxLength={300}
                  placeholder={t.portraits.whyHint}
                  onChange={(event) => setPurpose(event.target.value)}
                />
              </Field>
            )}
            {!anonymous && !unmasked && <p className="muted small">{t.exports.maskedHint}</p>}
          </>
        )}
        {run.data?.report && <GateReportView report={run.data.report} titleOf={titles} />}
        {failed && !run.data?.report && (
          <Notice tone="bad">
            {run.data?.state === 'failed'
              ? (run.data.error ?? t.exports.failed)
              : problemText(t, start.error ?? run.error)}
          </Notice>
        )}
        {id !== undefined && !failed && !done && (
          <div className="stack">
            <Meter
              label={t.exports.writing}
              share={run.data?.total ? (run.data.written ?? 0) / run.data.total : undefined}
            />
            <p className="muted">
              {t.exports.writing} {run.data?.written === undefined ? '' : format.count(run.data.written)}
            </p>
          </div>
        )}
        {done && <Notice tone="good">{t.exports.done(format.count(run.data?.written ?? 0))}</Notice>}
      </div>
    </Modal>
  )
}
