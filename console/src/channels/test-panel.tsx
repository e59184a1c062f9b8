import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Ago, Badge } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Blank } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { type ProviderDetail, sendTest, type TestSend } from './channel-calls.ts'

const tones = { accepted: 'good', rejected: 'bad', unknown: 'warn' } as const

const variablesIn = (text: string) =>
  text
    .split('\n')
    .map((line) => line.split('='))
    .flatMap(([name = '', ...rest]) =>
      name.trim() === '' ? [] : [{ name: name.trim(), value: rest.join('=').trim() }],
    )

/** One message to oneself, and what became of those before. */
export const TestPanel = ({ provider }: { provider: ProviderDetail }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [address, setAddress] = useState('')
  const [text, setText] = useState(t.channels.testText)
  const [signature, setSignature] = useState('')
  const [template, setTemplate] = useState('')
  const [variables, setVariables] = useState('')
  const { channel } = provider
  const sms = channel === 'sms'
  const test = useMutation({
    mutationFn: () =>
      sendTest(provider.id, {
        address,
        text,
        ...(signature !== '' && { signature }),
        ...(template !== '' && { template }),
        variables: variablesIn(variables),
      }),
    onSettled: () => client.invalidateQueries({ queryKey: ['channels'] }),
    onError: fail,
  })
  return (
    <Panel title={t.channels.test} note={t.channels.testHint}>
      <div className="stack-16">
        <form
          className="channel-test"
          onSubmit={(event) => {
            event.preventDefault()
            test.mutate()
          }}
        >
          {channel !== 'webhook' && (
            <Field
              label={
                sms ? t.channels.address.sms : channel === 'email' ? t.channels.address.email : t.channels.address.other
              }
            >
              <Input value={address} onChange={(event) => setAddress(event.target.value)} />
            </Field>
          )}
          {sms && (
            <>
              <Field label={t.channels.signature}>
                <Input value={signature} maxLength={20} onChange={(event) => setSignature(event.target.value)} />
              </Field>
              {provider.kind !== 'sms.http' && (
                <>
                  <Field label={t.channels.template}>
                    <Input value={template} maxLength={40} onChange={(event) => setTemplate(event.target.value)} />
                  </Field>
                  <Field label={t.channels.variables} hint={t.channels.variablesHint}>
                    <Input.TextArea
                      autoSize={{ minRows: 1, maxRows: 6 }}
                      value={variables}
                      onChange={(event) => setVariables(event.target.value)}
                    />
                  </Field>
                </>
              )}
            </>
          )}
          <Field label={t.channels.text}>
            <Input.TextArea
              autoSize={{ minRows: 1, maxRows: 6 }}
              maxLength={500}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          <div>
            <Button
              type="primary"
              htmlType="submit"
              loading={test.isPending}
              disabled={text.trim() === '' || (channel !== 'webhook' && address.trim() === '')}
            >
              {t.channels.send}
            </Button>
          </div>
        </form>
        <Table<TestSend>
          label={t.channels.tests}
          rows={provider.tests}
          rowKey={({ id }) => id}
          blank={<Blank compact title={t.channels.noTests} />}
          columns={[
            { key: 'at', title: t.channels.lastAt, card: 'lead', cell: ({ at }) => <Ago at={at} /> },
            { key: 'address', title: t.channels.address.other, cell: (row) => row.address || '—' },
            {
              key: 'outcome',
              title: t.channels.state,
              cell: ({ outcome, deliveredAt }) => (
                <Badge tone={tones[outcome]}>
                  {deliveredAt !== null ? t.channels.arrived : t.channels.outcome[outcome]}
                </Badge>
              ),
            },
            {
              key: 'code',
              title: t.channels.said,
              cell: ({ code, detail }) =>
                code === null ? '—' : <span className="wrap small">{`${code} ${detail ?? ''}`}</span>,
            },
          ]}
        />
      </div>
    </Panel>
  )
}
