import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Modal, Segmented, Select } from 'antd'
import { useRef, useState } from 'react'
import { ApiProblem, fileUrl } from '../api.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Meter, Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'
import { cancelUpload, getRejects, getUpload, sendListFile, startUpload } from './portrait-calls.ts'
import type { ListFile, Upload, ValueKind } from './portrait-shapes.ts'

// Written out again, because taking them from the contract would bring its whole schema library into the page.
const kinds: readonly ValueKind[] = [
  'phone',
  'accountId',
  'idCard',
  'email',
  'bankCard',
  'wechatOpenId',
  'wechatUnionId',
  'deviceId',
  'anonymousId',
  'customerId',
]

/** Identifiers from a file or the clipboard → which they are → the list of who was found. */
export const UploadDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const [way, setWay] = useState<'file' | 'paste'>('file')
  const [name, setName] = useState('')
  const [why, setWhy] = useState('')
  const [kind, setKind] = useState<ValueKind>('phone')
  const [file, setFile] = useState<ListFile>()
  const [column, setColumn] = useState('')
  const [values, setValues] = useState('')
  const start = useMutation({
    mutationFn: () =>
      startUpload({
        name: name.trim(),
        why: why.trim(),
        kind,
        ...(way === 'file' && file ? { fileId: file.fileId, column } : { values }),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['lists'] }),
  })
  const chosen = (sent: ListFile) => {
    setFile(sent)
    const best = sent.columns.find((one) => one.kind !== null) ?? sent.columns[0]
    setColumn(best?.header ?? '')
    if (best?.kind) setKind(best.kind)
    if (name === '') setName(sent.name.replace(/\.(csv|tsv|txt|xlsx|jsonl|gz)$/i, ''))
  }
  const ready = name.trim() !== '' && (way === 'file' ? file !== undefined : values.trim() !== '')
  const label = (one: ValueKind) => (one === 'customerId' ? t.portraits.upload.customerId : t.identifiers[one])
  return (
    <Modal
      open
      title={t.portraits.upload.title}
      width={620}
      onCancel={onClose}
      footer={
        start.data ? (
          <Outcome id={start.data.id} onClose={onClose} />
        ) : (
          <>
            <Button onClick={onClose}>{t.ui.cancel}</Button>
            <Button type="primary" disabled={!ready} loading={start.isPending} onClick={() => start.mutate()}>
              {t.portraits.upload.start}
            </Button>
          </>
        )
      }
    >
      {start.data ? (
        <Progress id={start.data.id} />
      ) : (
        <div className="stack-16">
          <Segmented
            value={way}
            onChange={setWay}
            options={[
              { value: 'file' as const, label: t.portraits.upload.byFile },
              { value: 'paste' as const, label: t.portraits.upload.byPaste },
            ]}
          />
          {way === 'file' ? (
            <>
              <FileField onDone={chosen} />
              {file && (
                <Field label={t.portraits.upload.column}>
                  <Select
                    aria-label={t.portraits.upload.column}
                    style={{ width: '100%' }}
                    value={column}
                    onChange={(header: string) => {
                      setColumn(header)
                      const found = file.columns.find((one) => one.header === header)
                      if (found?.kind) setKind(found.kind)
                    }}
                    options={file.columns.map((one) => ({
                      value: one.header,
                      label: `${one.header}（${one.samples.slice(0, 2).join('、')}）`,
                    }))}
                  />
                </Field>
              )}
            </>
          ) : (
            <Field label={t.portraits.upload.paste} hint={t.portraits.upload.pasteHint}>
              <div className="paste-area">
                <Input.TextArea rows={6} value={values} onChange={(event) => setValues(event.target.value)} />
              </div>
            </Field>
          )}
          <Field label={t.portraits.upload.kind} hint={t.portraits.upload.kindHint}>
            <Select
              aria-label={t.portraits.upload.kind}
              style={{ width: '100%' }}
              value={kind}
              onChange={setKind}
              options={kinds.map((one) => ({ value: one, label: label(one) }))}
            />
          </Field>
          <Field label={t.portraits.name}>
            <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t.portraits.why} hint={t.portraits.whyHint}>
            <Input value={why} maxLength={500} onChange={(event) => setWhy(event.target.value)} />
          </Field>
          <p className="muted small">{t.portraits.upload.privacy}</p>
          {start.isError && <Notice tone="bad">{problemText(t, start.error)}</Notice>}
        </div>
      )}
    </Modal>
  )
}

const FileField = ({ onDone }: { onDone: (file: ListFile) => void }) => {
  const t = useText()
  const format = useFormats()
  const [over, setOver] = useState(false)
  const [sent, setSent] = useState<{ sent: number; total: number }>()
  const stop = useRef<AbortController>(undefined)
  const load = useMutation({
    mutationFn: (file: File) => {
      stop.current = new AbortController()
      setSent({ sent: 0, total: file.size })
      return sendListFile(file, (sent, total) => setSent({ sent, total }), stop.current.signal)
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
          <Meter
            label={t.portraits.upload.byFile}
            share={sent.sent < sent.total ? sent.sent / sent.total : undefined}
          />
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
          <strong>{load.data ? load.data.name : t.portraits.upload.choose}</strong>
          <span className="muted small">{t.portraits.upload.chooseHint}</span>
        </label>
      )}
    </div>
  )
}

const over = (upload: Upload) => upload.state !== 'queued' && upload.state !== 'running'

const useUpload = (id: string) => {
  const client = useQueryClient()
  return useQuery({
    queryKey: ['lists', 'uploads', id],
    queryFn: async ({ signal }) => {
      const upload = await getUpload(id, signal)
      if (over(upload))
        await client.invalidateQueries({ queryKey: ['lists'], predicate: ({ queryKey }) => queryKey[2] !== id })
      return upload
    },
    refetchInterval: ({ state }) => (state.data && over(state.data) ? false : 500),
  })
}

const Progress = ({ id }: { id: string }) => {
  const t = useText()
  const format = useFormats()
  const { data: upload } = useUpload(id)
  const rejected = (upload?.notFound ?? 0) + (upload?.invalid ?? 0)
  const rejects = useQuery({
    queryKey: ['lists', 'rejects', id],
    queryFn: ({ signal }) => getRejects(id, signal),
    enabled: upload !== undefined && over(upload) && rejected > 0,
  })
  if (!upload) return <Meter label={t.portraits.upload.running} share={undefined} />
  return (
    <div className="stack-16">
      {over(upload) ? (
        <Notice tone={upload.state === 'done' ? 'good' : 'bad'}>
          {upload.error
            ? problemText(t, new ApiProblem({ code: upload.error, status: 400, title: upload.error }))
            : upload.state === 'done'
              ? t.portraits.upload.done(format.count(upload.found))
              : t.portraits.upload.states[upload.state]}
        </Notice>
      ) : (
        <>
          <p>{t.portraits.upload.running}</p>
          <Meter label={t.portraits.upload.running} share={upload.progress} />
        </>
      )}
      <p>
        {t.portraits.upload.read} {format.count(upload.read)} · {t.portraits.upload.found} {format.count(upload.found)}{' '}
        · {t.portraits.upload.repeated} {format.count(upload.repeated)} · {t.portraits.upload.notFound}{' '}
        {format.count(upload.notFound)} · {t.portraits.upload.invalid} {format.count(upload.invalid)}
      </p>
      {rejects.data && rejects.data.items.length > 0 && (
        <Table
          label={t.portraits.upload.notFound}
          rows={rejects.data.items.slice(0, 8)}
          rowKey={(row) => row.line}
          blank={null}
          columns={[
            { key: 'line', title: t.portraits.upload.line, fit: true, cell: (row) => row.line },
            { key: 'value', title: t.portraits.upload.value, card: 'lead', cell: (row) => row.value },
            { key: 'code', title: t.imports.state, cell: (row) => t.portraits.upload[row.code] },
          ]}
        />
      )}
    </div>
  )
}

const Outcome = ({ id, onClose }: { id: string; onClose: () => void }) => {
  const t = useText()
  const navigate = useNavigate()
  const { data: upload } = useUpload(id)
  const cancel = useMutation({ mutationFn: () => cancelUpload(id) })
  const rejected = (upload?.notFound ?? 0) + (upload?.invalid ?? 0)
  return (
    <>
      {upload && !over(upload) && <Button onClick={() => cancel.mutate()}>{t.ui.cancel}</Button>}
      {upload && over(upload) && rejected > 0 && (
        <Button href={fileUrl(`/audiences/lists/uploads/${id}/rejects.csv`)} download>
          {t.portraits.upload.rejects}
        </Button>
      )}
      <Button onClick={onClose}>{t.ui.close}</Button>
      {upload?.listId && (
        <Button
          type="primary"
          onClick={() => {
            if (upload.listId) navigate({ to: '/lists/$id', params: { id: upload.listId } }).catch(() => undefined)
          }}
        >
          {t.portraits.upload.open}
        </Button>
      )}
    </>
  )
}
