import '../imports/imports.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Segmented, Select } from 'antd'
import { type ReactNode, useRef, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Meter, Notice } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { cancelFileImport, listFileImports, rejectsUrl, sendFile } from './consent-calls.ts'
import {
  type ExclusionKind,
  type FileColumns,
  type FileImport,
  type FileValueKind,
  type StatedOrigin,
  statedOrigins,
} from './consent-shapes.ts'
import { KindField } from './exclusion-dialog.tsx'

export type Source = { fileId: string; column: string } | { values: string }

/** A file or pasted lines. @param onSource undefined while there is nothing to import */
const SourceField = ({
  onSource,
  onKind,
}: {
  onSource: (source: Source | undefined) => void
  onKind: (kind: string) => void
}) => {
  const t = useText()
  const [way, setWay] = useState<'file' | 'paste'>('file')
  const [file, setFile] = useState<FileColumns>()
  const [column, setColumn] = useState('')
  const take = (sent: FileColumns) => {
    const best = sent.columns.find((one) => one.kind !== null) ?? sent.columns[0]
    setFile(sent)
    choose(sent, best?.header ?? '')
  }
  const choose = (of: FileColumns, header: string) => {
    setColumn(header)
    onSource({ fileId: of.fileId, column: header })
    const kind = of.columns.find((one) => one.header === header)?.kind
    if (kind) onKind(kind)
  }
  return (
    <>
      <Segmented
        value={way}
        onChange={(next) => {
          setWay(next)
          onSource(undefined)
          setFile(undefined)
        }}
        options={[
          { value: 'file' as const, label: t.consents.byFile },
          { value: 'paste' as const, label: t.consents.byPaste },
        ]}
      />
      {way === 'file' ? (
        <>
          <FileField onDone={take} />
          {file && (
            <Field label={t.consents.column}>
              <Select
                style={{ width: '100%' }}
                aria-label={t.consents.column}
                value={column}
                onChange={(header: string) => choose(file, header)}
                options={file.columns.map((one) => ({
                  value: one.header,
                  label: `${one.header}（${one.samples.slice(0, 2).join('、')}）`,
                }))}
              />
            </Field>
          )}
        </>
      ) : (
        <Field label={t.consents.paste} hint={t.consents.pasteHint}>
          <Input.TextArea
            rows={6}
            onChange={({ target }) => onSource(target.value.trim() === '' ? undefined : { values: target.value })}
          />
        </Field>
      )}
    </>
  )
}

const FileField = ({ onDone }: { onDone: (file: FileColumns) => void }) => {
  const t = useText()
  const format = useFormats()
  const [over, setOver] = useState(false)
  const [sent, setSent] = useState<{ sent: number; total: number }>()
  const stop = useRef<AbortController>(undefined)
  const load = useMutation({
    mutationFn: (file: File) => {
      stop.current = new AbortController()
      setSent({ sent: 0, total: file.size })
      return sendFile(file, (done, total) => setSent({ sent: done, total }), stop.current.signal)
    },
    onSuccess: onDone,
    onSettled: () => setSent(undefined),
  })
  const take = (files: FileList | null) => {
    const file = files?.[0]
    if (file) load.mutate(file)
  }
  return (
    <div className="stack">
      {load.isError && <Notice tone="bad">{problemText(t, load.error)}</Notice>}
      {sent ? (
        <div className="stack" role="status">
          <p>{t.imports.uploading(format.bytes(sent.sent), format.bytes(sent.total))}</p>
          <Meter label={t.consents.byFile} share={sent.sent < sent.total ? sent.sent / sent.total : undefined} />
        </div>
      ) : (
        <label
          className={`drop-file ${over ? 'drop-file-over' : ''}`}
          onDragOver={(event) => {
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault()
            setOver(false)
            take(event.dataTransfer.files)
          }}
        >
          <input type="file" accept=".csv,.tsv,.txt,.xlsx,.jsonl,.gz" onChange={(event) => take(event.target.files)} />
          <Icon name="upload" size={24} />
          <strong>{load.data ? load.data.name : t.consents.choose}</strong>
          <span className="muted small">{t.consents.chooseHint}</span>
        </label>
      )}
    </div>
  )
}

const ImportDialog = ({
  title,
  ready,
  onStart,
  onClose,
  children,
}: {
  title: string
  ready: boolean
  onStart: () => Promise<unknown>
  onClose: () => void
  children: ReactNode
}) => {
  const t = useText()
  const client = useQueryClient()
  const start = useMutation({
    mutationFn: onStart,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents', 'files'] })
      onClose()
    },
  })
  return (
    <Modal
      open
      title={title}
      width={600}
      onCancel={onClose}
      okText={t.consents.startImport}
      okButtonProps={{ disabled: !ready, loading: start.isPending }}
      onOk={() => start.mutate()}
    >
      <div className="stack-16">
        {children}
        <p className="muted small">{t.consents.importPrivacy}</p>
        {start.isError && <Notice tone="bad">{problemText(t, start.error)}</Notice>}
      </div>
    </Modal>
  )
}

/** Bars all addresses of a file. */
export const AddressImportDialog = ({
  onClose,
  send,
}: {
  onClose: () => void
  send: (given: { source: Source; kind: 'phone' | 'email'; origin: StatedOrigin; note: string }) => Promise<unknown>
}) => {
  const t = useText()
  const [source, setSource] = useState<Source>()
  const [kind, setKind] = useState<'phone' | 'email'>('phone')
  const [origin, setOrigin] = useState<StatedOrigin>('manual')
  const [note, setNote] = useState('')
  return (
    <ImportDialog
      title={t.consents.importAddresses}
      ready={source !== undefined}
      onStart={async () => source && (await send({ source, kind, origin, note: note.trim() }))}
      onClose={onClose}
    >
      <SourceField
        onSource={setSource}
        onKind={(found) => {
          if (found === 'phone' || found === 'email') setKind(found)
        }}
      />
      <Field label={t.consents.address}>
        <Select
          style={{ width: '100%' }}
          aria-label={t.consents.address}
          value={kind}
          onChange={setKind}
          options={(['phone', 'email'] as const).map((value) => ({ value, label: t.consents[value] }))}
        />
      </Field>
      <OriginField value={origin} onChange={setOrigin} />
      <Field label={t.consents.note}>
        <Input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      </Field>
    </ImportDialog>
  )
}

export const OriginField = ({ value, onChange }: { value: StatedOrigin; onChange: (origin: StatedOrigin) => void }) => {
  const t = useText()
  return (
    <Field label={t.consents.origin}>
      <Select
        style={{ width: '100%' }}
        aria-label={t.consents.origin}
        value={value}
        onChange={onChange}
        options={statedOrigins.map((one) => ({ value: one, label: t.consents.origins[one] }))}
      />
    </Field>
  )
}

const valueKinds: readonly FileValueKind[] = ['phone', 'email', 'accountId', 'idCard', 'customerId']

/** Excludes all customers that a file names. */
export const ExclusionImportDialog = ({
  onClose,
  send,
}: {
  onClose: () => void
  send: (given: {
    source: Source
    valueKind: FileValueKind
    kind: ExclusionKind
    until: string
    reason: string
    evidence: string
  }) => Promise<unknown>
}) => {
  const t = useText()
  const [source, setSource] = useState<Source>()
  const [valueKind, setValueKind] = useState<FileValueKind>('phone')
  const [kind, setKind] = useState<ExclusionKind>('inCollection')
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const [evidence, setEvidence] = useState('')
  return (
    <ImportDialog
      title={t.consents.importExclusions}
      ready={source !== undefined && reason.trim().length >= 2}
      onStart={async () =>
        source && (await send({ source, valueKind, kind, until, reason: reason.trim(), evidence: evidence.trim() }))
      }
      onClose={onClose}
    >
      <SourceField
        onSource={setSource}
        onKind={(found) => {
          const known = valueKinds.find((one) => one === found)
          if (known) setValueKind(known)
        }}
      />
      <Field label={t.consents.valueKind}>
        <Select
          style={{ width: '100%' }}
          aria-label={t.consents.valueKind}
          value={valueKind}
          onChange={setValueKind}
          options={valueKinds.map((value) => ({ value, label: t.consents.valueKinds[value] }))}
        />
      </Field>
      <KindField value={kind} onChange={setKind} />
      <Field label={t.consents.untilLabel} hint={until === '' ? t.consents.noEnd : undefined}>
        <DayInput value={until} onChange={setUntil} />
      </Field>
      <Field label={t.consents.reason}>
        <Input
          value={reason}
          maxLength={500}
          placeholder={t.consents.reasonHint}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      <Field label={t.consents.document}>
        <Input value={evidence} maxLength={300} onChange={(event) => setEvidence(event.target.value)} />
      </Field>
    </ImportDialog>
  )
}

const isOver = ({ state }: FileImport) => state !== 'queued' && state !== 'running'

/** What was imported, with progress and the lines that could not be used. */
export const FileImports = ({ target }: { target: FileImport['target'] }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [running, setRunning] = useState(false)
  const imports = useQuery({
    queryKey: ['consents', 'files', target],
    queryFn: async ({ signal }) => {
      const list = await listFileImports(target, signal)
      const now = list.items.some((one) => !isOver(one))
      // What has just ended changed the list above.
      if (running && !now)
        await client.invalidateQueries({
          queryKey: ['consents'],
          predicate: ({ queryKey }) => queryKey[1] === 'exclusions' || queryKey[1] === 'dnc',
        })
      setRunning(now)
      return list
    },
    refetchInterval: ({ state }) => (state.data?.items.some((one) => !isOver(one)) ? 800 : false),
  })
  const cancel = useMutation({
    mutationFn: cancelFileImport,
    onSuccess: () => client.invalidateQueries({ queryKey: ['consents', 'files'] }),
    onError: fail,
  })
  return (
    <Panel title={t.consents.imports} flush>
      <Loaded query={imports} lines={2} compact>
        {({ items }) => (
          <Table
            label={t.consents.imports}
            rows={items}
            rowKey={({ id }) => id}
            blank={<Blank compact title={t.consents.noImports} />}
            columns={[
              {
                key: 'file',
                title: t.consents.byFile,
                card: 'lead',
                cell: (row) => <span className="wrap">{row.fileName ?? t.consents.byPaste}</span>,
              },
              {
                key: 'state',
                title: t.consents.state,
                fit: true,
                cell: (row) =>
                  isOver(row) ? (
                    <Badge tone={row.state === 'done' ? 'good' : row.state === 'failed' ? 'bad' : 'plain'}>
                      {t.consents.importStates[row.state]}
                    </Badge>
                  ) : (
                    <Meter label={t.consents.importStates[row.state]} share={row.progress} />
                  ),
              },
              {
                key: 'counts',
                title: t.consents.imports,
                cell: (row) => (
                  <span className="small">
                    {t.consents.importRead(format.count(row.read))}：
                    {t.consents.importCounts(
                      format.count(row.added),
                      format.count(row.known),
                      format.count(row.notFound + row.invalid),
                    )}
                  </span>
                ),
              },
              { key: 'by', title: t.consents.by, fit: true, cell: (row) => row.createdBy },
              { key: 'at', title: t.consents.saidAt, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
              {
                key: 'more',
                title: '',
                fit: true,
                cell: (row) =>
                  can('exclusions.write') &&
                  (isOver(row) ? (
                    row.notFound + row.invalid > 0 && (
                      <a href={rejectsUrl(row.id)} download>
                        {t.consents.rejects}
                      </a>
                    )
                  ) : (
                    <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate(row.id)}>
                      {t.ui.cancel}
                    </Button>
                  )),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
