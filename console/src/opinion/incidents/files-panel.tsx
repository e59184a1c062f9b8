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

/** Files of an incident: kept sealed, read on record, shredded with a reason. */
export const FilesPanel = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const fail = useFailureToast()
  const client = useQueryClient()
  const field = useRef<HTMLInputElement>(null)
  const [sent, setSent] = useState<number>()
  const [removing, setRemoving] = useState<string>()
  const done = (data: Incident) => {
    setSent(undefined)
    setRemoving(undefined)
    client.setQueryData(['incidents', 'one', incident.id], data)
    void client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
  }
  const attach = useMutation({
    mutationFn: (file: File) =>
      attachFile(
        incident.id,
        file,
        (bytes, total) => setSent(total > 0 ? bytes / total : 0),
        new AbortController().signal,
      ),
    onSuccess: done,
    onError: (error) => {
      setSent(undefined)
      fail(error)
    },
  })
  const remove = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => removeFile(incident.id, id, reason),
    onSuccess: done,
    onError: fail,
  })
  const may = incident.may.handle && incident.state !== 'closed'
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
        {incident.attachments.length === 0 && <p className="muted small">{words.noFiles}</p>}
        {incident.attachments.map((file) => (
          <div key={file.id} className="row row-between">
            <span className="wrap">
              {file.removedAt === null && incident.may.handle ? (
                <a href={fileUrl(`/opinion/incidents/${incident.id}/attachments/${file.id}`)}>{file.name}</a>
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
