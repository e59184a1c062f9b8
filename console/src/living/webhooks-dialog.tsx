import './living.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Badge, Code, Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listDeliveries,
  listWebhooks,
  testWebhook,
} from './living-calls.ts'
import type { Delivery, Webhook } from './living-shapes.ts'

/** Where changes of an audience are sent, and how that goes. */
export const WebhooksDialog = ({ id, name, onClose }: { id: string; name: string; onClose: () => void }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState<string>()
  const webhooks = useQuery({
    queryKey: ['audiences', id, 'webhooks'],
    queryFn: ({ signal }) => listWebhooks(id, signal),
    refetchInterval: 3_000,
  })
  const again = () => client.invalidateQueries({ queryKey: ['audiences', id, 'webhooks'] })
  const add = useMutation({
    mutationFn: () => createWebhook(id, url.trim()),
    onSuccess: async (made) => {
      setUrl('')
      setSecret(made.secret ?? undefined)
      await again()
    },
    onError: fail,
  })
  return (
    <Modal open width={680} title={t.living.webhooksTitle(name)} onCancel={onClose} footer={null}>
      <div className="stack-16">
        <p className="muted small">{t.living.webhooksHint}</p>
        {webhooks.data?.armed === false && <Notice tone="warn">{t.living.disarmed}</Notice>}
        {secret !== undefined && (
          <>
            <Notice tone="good">{t.living.secretOnce}</Notice>
            <Code text={secret} />
          </>
        )}
        <Loaded query={webhooks}>
          {({ items }) =>
            items.length === 0 ? (
              <Blank icon="out" title={t.living.noWebhooks} />
            ) : (
              <div className="stack-16">
                {items.map((webhook) => (
                  <OneWebhook key={webhook.id} webhook={webhook} onChange={again} onSecret={setSecret} />
                ))}
              </div>
            )
          }
        </Loaded>
        {can('audiences.export') && (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              add.mutate()
            }}
          >
            <Field label={t.living.url}>
              <div className="webhook-add">
                <Input
                  type="url"
                  required
                  aria-label={t.living.url}
                  placeholder="https://example.com/zhiyin"
                  value={url}
                  onChange={(event) => setUrl(event.target.value)}
                />
                <Button type="primary" htmlType="submit" loading={add.isPending} disabled={url.trim() === ''}>
                  {t.living.add}
                </Button>
              </div>
            </Field>
          </form>
        )}
      </div>
    </Modal>
  )
}

const OneWebhook = ({
  webhook,
  onChange,
  onSecret,
}: {
  webhook: Webhook
  onChange: () => Promise<unknown>
  onSecret: (secret: string) => void
}) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const { message } = App.useApp()
  const fail = useFailureToast()
  const { id, url, state, failures, error } = webhook
  const key = ['audiences', 'webhooks', id, 'deliveries']
  const deliveries = useQuery({ queryKey: key, queryFn: ({ signal }) => listDeliveries(id, signal) })
  const change = useMutation({
    mutationFn: (change: { on?: boolean; newSecret?: true }) => changeWebhook(id, change),
    onSuccess: async ({ secret }) => {
      if (secret) onSecret(secret)
      await onChange()
    },
    onError: fail,
  })
  const test = useMutation({
    mutationFn: () => testWebhook(id),
    onSuccess: async ({ status, error }) => {
      if (error === null && status !== null) message.success(t.living.tested(status))
      else message.error(t.living.testFailed(error ?? ''))
      await client.invalidateQueries({ queryKey: key })
    },
    onError: fail,
  })
  const drop = useMutation({ mutationFn: () => deleteWebhook(id), onSuccess: onChange, onError: fail })
  const tone = state === 'failed' ? 'bad' : state === 'off' ? 'plain' : failures > 0 ? 'warn' : 'good'
  const label = { on: t.living.webhookOn, off: t.living.webhookOff, failed: t.living.webhookFailed }[state]
  return (
    <div className="webhook stack">
      <div className="row row-between">
        <span className="webhook-url">{url}</span>
        <Badge tone={tone} dot>
          {failures > 0 && state === 'on' ? t.living.webhookRetry(format.count(failures)) : label}
        </Badge>
      </div>
      {error !== null && <p className="muted small">{error}</p>}
      {can('audiences.export') && (
        <div className="row">
          <Button size="small" loading={test.isPending} onClick={() => test.mutate()}>
            {t.living.test}
          </Button>
          <Button size="small" title={t.living.renewHint} onClick={() => change.mutate({ newSecret: true })}>
            {t.living.renew}
          </Button>
          <Button size="small" onClick={() => change.mutate({ on: state !== 'on' })}>
            {state === 'on' ? t.living.turnOff : t.living.turnOn}
          </Button>
          <Button size="small" danger onClick={() => drop.mutate()}>
            {t.ui.remove}
          </Button>
        </div>
      )}
      <Loaded query={deliveries} lines={2}>
        {({ items }) => (
          <div className="small" role="list" aria-label={t.living.deliveries}>
            {items.length === 0 && <span className="muted">{t.living.noDeliveries}</span>}
            {items.slice(0, 5).map((one) => (
              <DeliveryLine key={one.id} delivery={one} />
            ))}
          </div>
        )}
      </Loaded>
    </div>
  )
}

const DeliveryLine = ({ delivery: { at, changes, status, error, tookMs, test } }: { delivery: Delivery }) => {
  const t = useText()
  const format = useFormats()
  return (
    <div className="row row-between" role="listitem">
      <span className="muted">{format.dateTime(at)}</span>
      <span>{test ? t.living.testMessage : t.living.changesOf(format.count(changes))}</span>
      <span className={error === null ? 'num' : 'num webhook-bad'} title={error ?? undefined}>
        {status ?? '—'} · {t.living.milliseconds(format.count(tookMs))}
      </span>
    </div>
  )
}
