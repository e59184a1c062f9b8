import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Input, Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { changeLimit } from './limit-calls.ts'
import { type Limit, LimitForm, limitOf } from './limit-content.tsx'
import type { LimitVersion } from './limit-shapes.ts'
import { letsGo } from './others.tsx'

/** A new value of a limit, with its source, the reason and the day it holds from. */
export const ChangeDialog = ({ version, onClose }: { version: LimitVersion; onClose: () => void }) => {
  const t = useText()
  const words = t.limits
  const client = useQueryClient()
  const fail = useFailureToast()
  const before = limitOf(version)
  const [limit, setLimit] = useState<Limit>(before)
  const [from, setFrom] = useState<string>()
  const [source, setSource] = useState(version.source)
  const [reason, setReason] = useState('')
  const [confirmed, setConfirmed] = useState(false)
  const save = useMutation({
    mutationFn: () =>
      changeLimit(limit.name, {
        value: limit.value,
        from: from === undefined ? undefined : from,
        source: source.trim(),
        reason: reason.trim(),
        basedOn: version.id,
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['limits'] })
      onClose()
    },
    onError: fail,
  })
  const unsure =
    limit.name === 'holdout' && before.name === 'holdout' && letsGo(before.value, limit.value) && !confirmed
  const ready = source.trim().length >= 2 && reason.trim().length >= 2 && from !== '' && !unsure
  return (
    <Drawer
      open
      onClose={onClose}
      size={640}
      title={words.dialogTitle(words.names[limit.name])}
      footer={
        <div className="row row-between">
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button type="primary" disabled={!ready} loading={save.isPending} onClick={() => save.mutate()}>
            {t.ui.save}
          </Button>
        </div>
      }
    >
      <div className="stack-16">
        <LimitForm limit={limit} onChange={setLimit} before={before} confirmed={confirmed} onConfirm={setConfirmed} />
        <Field label={words.validFrom}>
          <div className="span-row">
            <Segmented
              aria-label={words.validFrom}
              value={from === undefined ? 'now' : 'day'}
              onChange={(chosen) => setFrom(chosen === 'now' ? undefined : '')}
              options={[
                { value: 'now', label: words.now },
                { value: 'day', label: words.onDay },
              ]}
            />
            {from !== undefined && (
              <DayInput style={{ width: 160 }} aria-label={words.day} value={from} onChange={setFrom} />
            )}
          </div>
        </Field>
        <Field label={words.source} hint={words.sourceHint}>
          <Input.TextArea
            autoSize
            maxLength={500}
            aria-label={words.source}
            value={source}
            onChange={(event) => setSource(event.target.value)}
          />
        </Field>
        <Field label={words.reason} hint={words.reasonHint}>
          <Input
            maxLength={500}
            aria-label={words.reason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      </div>
    </Drawer>
  )
}
