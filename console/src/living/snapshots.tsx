import './living.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { ExportDialog } from '../audiences/export-dialog.tsx'
import { useActorName } from '../i18n/actor-name.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, CopyButton } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listSnapshots, takeSnapshot, verifySnapshot } from './living-calls.ts'
import type { Snapshot } from './living-shapes.ts'

/** Members as they were frozen: with why, by whom, and a hash that can be checked. */
export const Snapshots = ({ id, ready }: { id: string; ready: boolean }) => {
  const t = useText()
  const actorName = useActorName()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const { message } = App.useApp()
  const fail = useFailureToast()
  const [asking, setAsking] = useState(false)
  const [exporting, setExporting] = useState<Snapshot>()
  const [verdicts, setVerdicts] = useState<Readonly<Record<string, boolean>>>({})
  const snapshots = useQuery({
    queryKey: ['audiences', id, 'snapshots'],
    queryFn: ({ signal }) => listSnapshots(id, signal),
  })
  const take = useMutation({
    mutationFn: (why: string) => takeSnapshot(id, why),
    onSuccess: async () => {
      setAsking(false)
      await client.invalidateQueries({ queryKey: ['audiences', id, 'snapshots'] })
    },
    onError: fail,
  })
  const verify = useMutation({
    mutationFn: verifySnapshot,
    onSuccess: ({ matches }, list) => {
      setVerdicts((before) => ({ ...before, [list]: matches }))
      if (matches) message.success(t.living.verified)
      else message.error(t.living.notVerified)
    },
    onError: fail,
  })
  const freeze = can('audiences.write') && (
    <Button size="small" icon={<Icon name="lock" size={14} />} disabled={!ready} onClick={() => setAsking(true)}>
      {t.living.takeSnapshot}
    </Button>
  )
  return (
    <Panel title={t.living.snapshots} note={t.living.snapshotsNote} extra={freeze} flush>
      <Loaded query={snapshots}>
        {({ items }) => (
          <Table
            label={t.living.snapshots}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank icon="lock" title={t.living.noSnapshots} hint={t.living.noSnapshotsHint} />}
            columns={[
              {
                key: 'why',
                title: t.living.why,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.why}</span>
                    <div className="muted small">{row.name}</div>
                  </>
                ),
              },
              {
                key: 'size',
                title: t.audiences.size,
                align: 'right',
                fit: true,
                cell: (row) => format.count(row.size),
              },
              { key: 'asOf', title: t.living.asOf, fit: true, cell: (row) => format.dateTime(row.asOf) },
              { key: 'by', title: t.living.frozenBy, fit: true, cell: (row) => actorName(row.createdBy) },
              {
                key: 'hash',
                title: t.living.hash,
                fit: true,
                cell: (row) => (
                  <span className="row">
                    <code className="mono small" title={row.contentHash}>
                      {row.contentHash.slice(0, 10)}
                    </code>
                    <CopyButton text={row.contentHash} />
                  </span>
                ),
              },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) => (
                  <span className="row">
                    {verdicts[row.id] !== undefined && (
                      <Badge tone={verdicts[row.id] ? 'good' : 'bad'}>{verdicts[row.id] ? '✓' : '✗'}</Badge>
                    )}
                    <Button
                      size="small"
                      loading={verify.isPending && verify.variables === row.id}
                      onClick={() => verify.mutate(row.id)}
                    >
                      {t.living.verify}
                    </Button>
                    {can('audiences.export') && (
                      <Button size="small" icon={<Icon name="download" size={14} />} onClick={() => setExporting(row)}>
                        {t.exports.action}
                      </Button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {exporting && (
        <ExportDialog what={`list:${exporting.id}`} name={exporting.name} onClose={() => setExporting(undefined)} />
      )}
      {asking && (
        <ReasonDialog
          title={t.living.takeSnapshot}
          warning={t.living.snapshotWarning}
          label={t.living.why}
          placeholder={t.living.whyHint}
          confirm={t.living.takeSnapshot}
          busy={take.isPending}
          onConfirm={(why) => take.mutate(why)}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  )
}
