import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { fileUrl } from '../api.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice, Tile } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { cancelImport, getImport, getRejects, pauseImport, resumeImport } from './import-calls.ts'
import { type ImportRun, isActive } from './import-shapes.ts'
import { ImportProgress } from './progress.tsx'

export const ImportPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/imports/$id' })
  const run = useQuery({
    queryKey: ['imports', id],
    queryFn: ({ signal }) => getImport(id, signal),
    refetchInterval: ({ state }) => (state.data && !isActive(state.data) ? false : 700),
  })
  return (
    <Page
      title={run.data?.name ?? t.imports.one}
      back={{ to: '/imports', label: t.nav.imports }}
      {...(run.data ? { actions: <Actions run={run.data} /> } : {})}
    >
      <Loaded query={run}>{(now) => <Run run={now} />}</Loaded>
    </Page>
  )
}

const Actions = ({ run }: { run: ImportRun }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const confirm = useConfirm()
  const fail = useFailureToast()
  const settle = () => client.invalidateQueries({ queryKey: ['imports'] })
  const cancel = useMutation({ mutationFn: () => cancelImport(run.id), onSettled: settle, onError: fail })
  const pause = useMutation({ mutationFn: () => pauseImport(run.id), onSettled: settle, onError: fail })
  const resume = useMutation({ mutationFn: () => resumeImport(run.id), onSettled: settle, onError: fail })
  if (!can('imports.write')) return null
  if (isActive(run)) {
    return (
      <>
        <Button loading={pause.isPending} onClick={() => pause.mutate()}>
          {t.imports.pause}
        </Button>
        <Button
          danger
          icon={<Icon name="stop" size={16} />}
          loading={cancel.isPending}
          onClick={() =>
            confirm({
              title: t.imports.cancelTitle,
              content: t.imports.cancelHint,
              okText: t.imports.cancel,
              danger: true,
              run: () => cancel.mutateAsync(),
            })
          }
        >
          {t.imports.cancel}
        </Button>
      </>
    )
  }
  return run.state === 'done' ? null : (
    <Button
      type="primary"
      icon={<Icon name="play" size={16} />}
      loading={resume.isPending}
      onClick={() => resume.mutate()}
    >
      {t.imports.resume}
    </Button>
  )
}

const Run = ({ run }: { run: ImportRun }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const whole = run.accepted + run.merged + run.rejected === run.read
  return (
    <div className="stack-16">
      {run.error && <Notice tone="bad">{run.error}</Notice>}
      <Panel>
        <ImportProgress run={run} />
      </Panel>
      <div className="tiles">
        <Tile label={t.imports.read} value={format.count(run.read)} unit={t.imports.rows} />
        <Tile label={t.imports.accepted} value={format.count(run.accepted)} note={t.imports.acceptedNote} />
        <Tile label={t.imports.merged} value={format.count(run.merged)} note={t.imports.mergedNote} />
        <Tile
          label={t.imports.rejected}
          value={run.rejected > 0 ? <span className="bad-figure">{format.count(run.rejected)}</span> : '0'}
          note={
            run.fieldsRejected > 0
              ? t.imports.fieldsRejected(format.count(run.fieldsRejected))
              : run.rejected > 0
                ? t.imports.rejectedSome
                : t.imports.rejectedNote
          }
        />
      </div>
      {run.state === 'done' && whole && (
        <Notice tone="good" action={can('audiences.write') && <Link to="/audiences/new">{t.audiences.create}</Link>}>
          {t.imports.balance(
            format.count(run.read),
            format.count(run.accepted),
            format.count(run.merged),
            format.count(run.rejected),
          )}
        </Notice>
      )}
      <Rejects run={run} />
    </div>
  )
}

const Rejects = ({ run }: { run: ImportRun }) => {
  const t = useText()
  const rejects = useInfiniteQuery({
    queryKey: ['imports', run.id, 'rejects', run.state, isActive(run) ? 0 : run.rejected],
    queryFn: ({ pageParam, signal }) => getRejects(run.id, { limit: 50, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: isActive(run) ? 3_000 : false,
  })
  const reasons: Readonly<Record<string, string>> = t.imports.rejectReasons
  const some = run.rejected + run.fieldsRejected > 0
  return (
    <Panel
      title={t.imports.rejects}
      flush
      extra={
        some && (
          <Button
            size="small"
            href={fileUrl(`/imports/${run.id}/rejects.csv`)}
            download
            icon={<Icon name="download" size={14} />}
          >
            {t.imports.downloadRejects}
          </Button>
        )
      }
    >
      <Loaded query={rejects}>
        {({ pages }) => (
          <Table
            label={t.imports.rejects}
            rows={pages.flatMap((page) => page.items)}
            rowKey={(row) => `${row.line} ${row.column} ${row.code}`}
            more={rejects}
            blank={<Blank icon="done" title={t.imports.noRejects} hint={t.imports.noRejectsHint} />}
            columns={[
              { key: 'line', title: t.imports.line, align: 'right', fit: true, cell: (row) => row.line },
              { key: 'column', title: t.imports.column, fit: true, cell: (row) => row.column ?? '—' },
              {
                key: 'fate',
                title: t.imports.fate,
                fit: true,
                cell: (row) => <Badge tone={row.fate === 'row' ? 'bad' : 'warn'}>{t.imports.fates[row.fate]}</Badge>,
              },
              {
                key: 'value',
                title: t.imports.value,
                cell: (row) =>
                  row.value === null || row.value === '' ? '—' : <code className="wrap">{row.value}</code>,
              },
              {
                key: 'reason',
                title: t.ui.reason,
                card: 'lead',
                cell: (row) => <span title={row.code}>{reasons[row.code] ?? row.reason}</span>,
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
