import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Input, Modal, Segmented } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Notice } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { createSilence, getSilences, type Match } from './alert-calls.ts'
import { MatchFields, useMatchText } from './match-fields.tsx'

const hours = ['1', '4', '24', '72'] as const
type Hours = (typeof hours)[number]

/** Keeps alerts quiet for a while: which, why, until when. */
export const SilenceDialog = ({ match: given, onClose }: { match?: Match; onClose: () => void }) => {
  const t = useText()
  const words = t.alerts
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const said = useMatchText()
  const [match, setMatch] = useState<Match>(given ?? {})
  const [span, setSpan] = useState<Hours>('4')
  const [reason, setReason] = useState('')
  const terms = useQuery({ queryKey: ['opinion', 'silences'], queryFn: ({ signal }) => getSilences(signal) }).data
    ?.terms
  const longest = terms?.longestMinutes ?? 0
  const fits = (value: Hours) => terms === undefined || Number(value) * 60 <= longest
  const save = useMutation({
    mutationFn: () =>
      createSilence({
        match,
        reason: reason.trim(),
        until: new Date(Date.now() + Number(span) * 3_600_000).toISOString(),
      }),
    onSuccess: async () => {
      message.success(words.silenced)
      await client.invalidateQueries({ queryKey: ['opinion'] })
      onClose()
    },
    onError: fail,
  })
  const chosen = Object.keys(match).length > 0
  return (
    <Modal
      open
      title={words.newSilence}
      onCancel={onClose}
      okText={words.silence}
      okButtonProps={{ disabled: !chosen || !fits(span) || reason.trim().length < 2, loading: save.isPending }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Field label={words.match} {...(!chosen && { hint: words.matchRequired })}>
          {given?.event === undefined ? <MatchFields value={match} onChange={setMatch} /> : <span>{said(match)}</span>}
        </Field>
        <Field label={words.until} {...(terms && { hint: words.silenceTooLong(format.decimal(longest / 60)) })}>
          <Segmented
            aria-label={words.until}
            value={span}
            onChange={setSpan}
            options={hours.map((value) => ({ value, label: words.untilChoices[value], disabled: !fits(value) }))}
          />
        </Field>
        <Field label={words.silenceReason}>
          <Input
            maxLength={500}
            aria-label={words.silenceReason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        {(match.levels === undefined || match.levels.includes('severe')) && <Notice>{words.severeSounds}</Notice>}
      </div>
    </Modal>
  )
}
