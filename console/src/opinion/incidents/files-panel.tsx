import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useRef, useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge, Meter } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { attachFile, removeFile } from './incident-calls.ts'
import type { Incident } from './incident-shapes.ts'

/** Files of an incident. */
export const FilesPanel = ({ incident }: { incident: Incident }) => {
  const client = useQueryClient()
  return (
    <AttachmentsPanel
      files={incident.attachments}
      path={`/opinion/incidents/${incident.id}/attachments`}
      mayRead={incident.may.handle}
      mayChange={incident.may.handle && incident.state !== 'closed'}
      onAttach={(file, onProgress) => attachFile(incident.id, file, onProgress, new AbortController().signal)}
      onRemove={(id, reason) => removeFile(incident.id, id, reason)}
      onDone={(data) => {
        client.setQueryData(['incidents', 'one', incident.id], data)
        void client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
      }}
    />
  )
}

/** Files of a case or a ticket: kept sealed, read on record, shredded with a reason. */
export const AttachmentsPanel = <Owner,>({
  files,
  path,
  mayRead,
  mayChange: may,
  onAttach,
  onRemove,
  onDone,
}: {
  files: Incident['attachments']
  /** Where a file is read, before its id. */
  path: string
  mayRead: boolean
  mayChange: boolean
  onAttach: (file: File, onProgress: (sent: number, total: number) => void) => Promise<Owner>
  onRemove: (id: string, reason: string) => Promise<Owner>
  /** What they belong to, as it is now. */
  onDone: (owner: Owner) => void
}) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const fail = useFailureToast()
  const field = useRef<HTMLInputElement>(null)
  const [sent, setSent] = useState<number>()
  const [removing, setRemoving] = useState<string>()
  const done = (owner: Owner) => {
    setSent(undefined)
    setRemoving(undefined)
    onDone(owner)
  }
  const attach = useMutation({
    mutationFn: (file: File) => onAttach(file, (bytes, total) => setSent(total > 0 ? bytes / total : 0)),
    onSuccess: done,
    onError: (error) => {
      setSent(undefined)
      fail(error)
    },
  })
  const remove = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => onRemove(id, reason),
    onSuccess: done,
    onError: fail,
  })
  return (
    <Panel
      title={words.files}
      extra={
        may && (
          <>
            <input
              ref={field}
              type="file"
              hidden
              aria-label={words.addFile}
              onChange={(event) => {
                const [file] = event.target.files ?? []
                if (file) attach.mutate(file)
                event.target.value = ''
              }}
            />
            <Button size="small" icon={<Icon name="upload" size={14} />} onClick={() => field.current?.click()}>
              {words.addFile}
            </Button>
          </>
        )
      }
    >
      <div className="stack">
        {sent !== undefined && <Meter share={sent} label={words.addFile} />}
        {files.length === 0 && <p className="muted small">{words.noFiles}</p>}
        {files.map((file) => (
          <div key={file.id} className="row row-between">
            <span className="wrap">
              {file.removedAt === null && mayRead ? (
                <a href={fileUrl(`${path}/${file.id}`)}>{file.name}</a>
              ) : (
                <span className="muted">{file.name}</span>
              )}
              <div className="muted small">
                {format.bytes(file.bytes)} · {file.addedBy} · {format.dayHour(file.addedAt)}
              </div>
            </span>
            {file.removedAt !== null ? (
              <Badge>{words.fileRemoved}</Badge>
            ) : (
              may && (
                <Button
                  size="small"
                  type="text"
                  aria-label={`${words.removeFile} ${file.name}`}
                  icon={<Icon name="trash" size={14} />}
                  onClick={() => setRemoving(file.id)}
                />
              )
            )}
          </div>
        ))}
        {may && <p className="muted small">{words.fileHint}</p>}
      </div>
      {removing !== undefined && (
        <ReasonDialog
          title={words.removeFile}
          warning={words.removeFileWarning}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          confirm={words.removeFile}
          danger
          busy={remove.isPending}
          onConfirm={(reason) => remove.mutate({ id: removing, reason })}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </Panel>
  )
}
