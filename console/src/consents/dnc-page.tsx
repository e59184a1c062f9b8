import './consents.css'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { ApiProblem } from '../api.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { addDnc, askRemoval, decideRemoval, dncExportUrl, importAddresses, searchDnc } from './consent-calls.ts'
import type { DncEntry, DncOrigin, StatedOrigin } from './consent-shapes.ts'
import { ExclusionTabs } from './exclusion-tabs.tsx'
import { AddressImportDialog, FileImports, OriginField } from './file-import.tsx'

/** Addresses nobody writes to or calls. */
export const DncPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const [typed, setTyped] = useState('')
  const [origin, setOrigin] = useState<DncOrigin>()
  const [removal, setRemoval] = useState(false)
  const [asking, setAsking] = useState<'one' | 'file'>()
  const [removing, setRemoving] = useState<DncEntry>()
  const [deciding, setDeciding] = useState<DncEntry>()
  const address = useSettled(typed.trim(), 350)
  const entries = useInfiniteQuery({
    queryKey: ['consents', 'dnc', address, origin, removal],
    queryFn: ({ pageParam, signal }) =>
      searchDnc(
        {
          ...(address !== '' && { address }),
          ...(origin && { origin }),
          ...(removal && { removal }),
          ...(pageParam !== undefined && { after: pageParam }),
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // Half a number is none yet: that is not worth asking again.
    retry: (count, error) => !(error instanceof ApiProblem) && count < 2,
  })
  const mayWrite = can('exclusions.write')
  const filtered = address !== '' || origin !== undefined || removal
  return (
    <Page
      title={t.consents.exclusionsTitle}
      subtitle={t.consents.dncHint}
      actions={
        <>
          <Button icon={<Icon name="download" size={16} />} href={dncExportUrl()} download>
            {t.consents.exportCsv}
          </Button>
          {mayWrite && (
            <>
              <Button icon={<Icon name="upload" size={16} />} onClick={() => setAsking('file')}>
                {t.consents.importFile}
              </Button>
              <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setAsking('one')}>
                {t.consents.addAddress}
              </Button>
            </>
          )}
        </>
      }
    >
      <ExclusionTabs here="addresses" />
      <div className="stack-16">
        <Panel flush>
          <div className="panel-body filters" data-page-search>
            <Input
              allowClear
              autoComplete="off"
              prefix={<Icon name="search" size={16} />}
              placeholder={t.consents.dncSearch}
              aria-label={t.consents.dncSearch}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              style={{ maxWidth: 340 }}
            />
            <Select
              allowClear
              aria-label={t.consents.origin}
              placeholder={t.consents.allOrigins}
              style={{ minWidth: 150 }}
              {...(origin !== undefined && { value: origin })}
              onChange={(value: DncOrigin | undefined) => setOrigin(value)}
              options={(Object.keys(t.consents.origins) as DncOrigin[]).map((value) => ({
                value,
                label: t.consents.origins[value],
              }))}
            />
            <Checkbox checked={removal} onChange={(event) => setRemoval(event.target.checked)}>
              {t.consents.onlyRemovals}
            </Checkbox>
            <span className="muted small">{t.consents.total(format.count(entries.data?.pages[0]?.total ?? 0))}</span>
          </div>
          <Loaded query={entries} lines={8}>
            {({ pages }) => (
              <Table
                label={t.consents.dnc}
                rows={pages.flatMap(({ items }) => items)}
                rowKey={({ id }) => id}
                more={entries}
                blank={
                  filtered ? (
                    <Blank icon="search" title={t.consents.noneFit} />
                  ) : (
                    <Blank icon="exclusion" title={t.consents.noDnc} hint={t.consents.noDncHint} />
                  )
                }
                columns={[
                  {
                    key: 'address',
                    title: t.consents.address,
                    card: 'lead',
                    cell: (row) => (
                      <span className="row">
                        <span className="strong mono">{row.masked}</span>
                        {row.removedAt && <Badge>{t.consents.removed}</Badge>}
                      </span>
                    ),
                  },
                  {
                    key: 'origin',
                    title: t.consents.origin,
                    fit: true,
                    cell: (row) => (
                      <Badge tone={row.origin === 'reply' ? 'teal' : 'plain'}>{t.consents.origins[row.origin]}</Badge>
                    ),
                  },
                  {
                    key: 'note',
                    title: t.consents.note,
                    cell: (row) => <span className="wrap">{row.note || '—'}</span>,
                  },
                  { key: 'at', title: t.consents.since, fit: true, cell: (row) => <Ago at={row.at} /> },
                  { key: 'by', title: t.consents.by, fit: true, cell: (row) => row.by },
                  {
                    key: 'removal',
                    title: '',
                    fit: true,
                    cell: (row) => (
                      <RemovalCell row={row} mayWrite={mayWrite} onAsk={setRemoving} onDecide={setDeciding} />
                    ),
                  },
                ]}
              />
            )}
          </Loaded>
        </Panel>
        <FileImports target="doNotContact" />
      </div>
      {asking === 'one' && <AddDialog onClose={() => setAsking(undefined)} />}
      {asking === 'file' && (
        <AddressImportDialog
          onClose={() => setAsking(undefined)}
          send={({ source, kind, origin: from, note }) => importAddresses({ kind, origin: from, note, ...source })}
        />
      )}
      {removing && <AskDialog entry={removing} onClose={() => setRemoving(undefined)} />}
      {deciding && <DecideDialog entry={deciding} onClose={() => setDeciding(undefined)} />}
    </Page>
  )
}

const RemovalCell = ({
  row,
  mayWrite,
  onAsk,
  onDecide,
}: {
  row: DncEntry
  mayWrite: boolean
  onAsk: (entry: DncEntry) => void
  onDecide: (entry: DncEntry) => void
}) => {
  const t = useText()
  if (row.removedAt) return <Ago at={row.removedAt} />
  if (row.removal === null)
    return mayWrite ? (
      <Button size="small" onClick={() => onAsk(row)}>
        {t.consents.askRemoval}
      </Button>
    ) : null
  if (!mayWrite || row.removal.own) return <Badge tone="warn">{t.consents.ownRemoval}</Badge>
  return (
    <Button size="small" type="primary" onClick={() => onDecide(row)}>
      {t.consents.decide}
    </Button>
  )
}

const useDone = (onClose: () => void) => {
  const client = useQueryClient()
  return async () => {
    await client.invalidateQueries({ queryKey: ['consents'] })
    onClose()
  }
}

const AddDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const fail = useFailureToast()
  const form = useId()
  const [address, setAddress] = useState('')
  const [origin, setOrigin] = useState<StatedOrigin>('manual')
  const [note, setNote] = useState('')
  const add = useMutation({
    mutationFn: () => addDnc({ address: address.trim(), origin, note: note.trim() }),
    onSuccess: useDone(onClose),
    onError: fail,
  })
  const ready = address.trim().length >= 3
  return (
    <Modal
      open
      title={t.consents.addAddressTitle}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: add.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) add.mutate()
        }}
      >
        <Field label={t.consents.address}>
          <Input
            autoFocus
            autoComplete="off"
            value={address}
            maxLength={254}
            onChange={(event) => setAddress(event.target.value)}
          />
        </Field>
        <OriginField value={origin} onChange={setOrigin} />
        <Field label={t.consents.note}>
          <Input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}

const AskDialog = ({ entry, onClose }: { entry: DncEntry; onClose: () => void }) => {
  const t = useText()
  const fail = useFailureToast()
  const ask = useMutation({
    mutationFn: (reason: string) => askRemoval(entry.id, reason),
    onSuccess: useDone(onClose),
    onError: fail,
  })
  return (
    <ReasonDialog
      title={t.consents.askRemovalTitle(entry.masked)}
      warning={t.consents.askRemovalWarning}
      label={t.ui.reason}
      placeholder={t.consents.askRemovalHint}
      confirm={t.consents.askRemoval}
      busy={ask.isPending}
      onConfirm={(reason) => ask.mutate(reason)}
      onClose={onClose}
    />
  )
}

const DecideDialog = ({ entry, onClose }: { entry: DncEntry; onClose: () => void }) => {
  const t = useText()
  const fail = useFailureToast()
  const [note, setNote] = useState('')
  const decide = useMutation({
    mutationFn: (decision: 'approve' | 'refuse') => decideRemoval(entry.id, { decision, note: note.trim() }),
    onSuccess: useDone(onClose),
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.consents.decideTitle(entry.masked)}
      onCancel={onClose}
      footer={
        <>
          <Button loading={decide.isPending} onClick={() => decide.mutate('refuse')}>
            {t.consents.refuse}
          </Button>
          <Button danger type="primary" loading={decide.isPending} onClick={() => decide.mutate('approve')}>
            {t.consents.approve}
          </Button>
        </>
      }
    >
      <div className="stack-16">
        {entry.removal && <p className="wrap">{t.consents.decideAsked(entry.removal.by, entry.removal.reason)}</p>}
        <Field label={t.consents.note}>
          <Input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </div>
    </Modal>
  )
}
