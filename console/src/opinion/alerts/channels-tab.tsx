import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal, Switch } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useConfirm } from '../../ui/confirm.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { type AlertChannel, changeChannel, deleteChannel, getChannels, testChannel } from './alert-calls.ts'
import { ChannelDialog } from './channel-dialog.tsx'

/** Bots, mailboxes and gateways, each with its test. */
export const ChannelsTab = () => {
  const t = useText()
  const words = t.alerts
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [dialog, setDialog] = useState<{ kind: 'new' } | { kind: 'edit' | 'test'; channel: AlertChannel }>()
  const channels = useQuery({
    queryKey: ['opinion', 'channels'],
    queryFn: ({ signal }) => getChannels(signal),
    refetchInterval: 15_000,
  })
  const settle = () => client.invalidateQueries({ queryKey: ['opinion', 'channels'] })
  const turn = useMutation({
    mutationFn: (one: AlertChannel) =>
      changeChannel(one.id, { state: one.state === 'on' ? 'off' : 'on', basedOn: one.version }),
    onSettled: settle,
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: deleteChannel,
    onSuccess: () => message.success(words.removed),
    onSettled: settle,
    onError: fail,
  })
  const may = can('opinion.alerts')
  const add = may && (
    <Button type="primary" onClick={() => setDialog({ kind: 'new' })}>
      {words.newChannel}
    </Button>
  )
  const health = (one: AlertChannel) =>
    one.restsUntil && Date.parse(one.restsUntil) > Date.now() ? (
      <Badge tone="warn">{words.rests(format.clock(one.restsUntil))}</Badge>
    ) : one.errorAt && (one.okAt === null || one.errorAt > one.okAt) ? (
      <span className="alert-late small wrap">{one.error}</span>
    ) : (
      <span className="muted small">{one.okAt ? words.okAt(format.ago(one.okAt)) : words.neverUsed}</span>
    )
  return (
    <Panel flush title={words.channels} extra={add}>
      <Loaded query={channels}>
        {({ channels }) => (
          <Table
            label={words.channels}
            rows={channels}
            rowKey={({ id }) => id}
            blank={
              <Blank icon="message" title={words.noChannels} hint={words.noChannelsHint}>
                {add}
              </Blank>
            }
            columns={[
              {
                key: 'name',
                title: words.name,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.name}</span>
                    <div className="muted small">
                      {words.kinds[row.kind]}
                      {row.personName && ` · ${row.personName}`}
                    </div>
                  </>
                ),
              },
              {
                key: 'serves',
                title: words.serves,
                cell: (row) => (
                  <Badge tone={row.serves === 'drill' ? 'blue' : 'plain'}>{words.servesOf[row.serves]}</Badge>
                ),
              },
              {
                key: 'health',
                title: words.health,
                cell: (row) => (
                  <>
                    {health(row)}
                    {row.waiting > 0 && <div className="small">{words.waiting(format.count(row.waiting))}</div>}
                  </>
                ),
              },
              {
                key: 'on',
                title: words.on,
                fit: true,
                cell: (row) => (
                  <Switch
                    size="small"
                    aria-label={`${words.on} ${row.name}`}
                    disabled={!may}
                    checked={row.state === 'on'}
                    loading={turn.isPending && turn.variables.id === row.id}
                    onChange={() => turn.mutate(row)}
                  />
                ),
              },
              {
                key: 'act',
                title: '',
                card: 'bare',
                fit: true,
                cell: (row) =>
                  may && (
                    <span className="row">
                      <Button
                        size="small"
                        aria-label={`${words.test} ${row.name}`}
                        onClick={() => setDialog({ kind: 'test', channel: row })}
                      >
                        {words.test}
                      </Button>
                      <Button
                        size="small"
                        aria-label={`${t.ui.edit} ${row.name}`}
                        onClick={() => setDialog({ kind: 'edit', channel: row })}
                      >
                        {t.ui.edit}
                      </Button>
                      <Button
                        size="small"
                        danger
                        aria-label={`${words.remove} ${row.name}`}
                        onClick={() =>
                          confirm({
                            title: `${words.removeChannel} ${row.name}`,
                            content: words.removeChannelWarning,
                            okText: words.remove,
                            danger: true,
                            run: () => drop.mutateAsync(row.id),
                          })
                        }
                      >
                        {words.remove}
                      </Button>
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {dialog?.kind === 'new' && <ChannelDialog onClose={() => setDialog(undefined)} />}
      {dialog?.kind === 'edit' && <ChannelDialog channel={dialog.channel} onClose={() => setDialog(undefined)} />}
      {dialog?.kind === 'test' && <TestDialog channel={dialog.channel} onClose={() => setDialog(undefined)} />}
    </Panel>
  )
}

/** Really sends one marked message, and shows what the provider said. */
const TestDialog = ({ channel, onClose }: { channel: AlertChannel; onClose: () => void }) => {
  const t = useText()
  const words = t.alerts
  const client = useQueryClient()
  const fail = useFailureToast()
  const [to, setTo] = useState('')
  const needs = channel.kind === 'email' || channel.kind === 'sms' ? channel.kind : undefined
  const test = useMutation({
    mutationFn: () => testChannel(channel.id, to.trim()),
    onSettled: () => client.invalidateQueries({ queryKey: ['opinion', 'channels'] }),
    onError: fail,
  })
  return (
    <Modal
      open
      title={`${words.test} · ${channel.name}`}
      onCancel={onClose}
      okText={words.test}
      okButtonProps={{ disabled: needs !== undefined && to.trim() === '', loading: test.isPending }}
      onOk={() => test.mutate()}
    >
      <div className="stack-16">
        {needs && (
          <Field label={words.testTo}>
            <Input
              aria-label={words.testTo}
              placeholder={words.testToHint[needs]}
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
          </Field>
        )}
        {test.data && (
          <Notice tone={test.data.outcome === 'accepted' ? 'good' : 'bad'}>
            {test.data.outcome === 'accepted'
              ? words.testDone(String(test.data.tookMs))
              : words.testFailed(test.data.code)}
            <pre className="alert-text">{test.data.answer}</pre>
          </Notice>
        )}
      </div>
    </Modal>
  )
}
