import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, DatePicker, Input, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import type { FactDetail } from '../../../../src/opinion/facts/facts-contract.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Notice } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { createFact, submitFact, writeFact } from './fact-calls.ts'

/** A new fact, a draft, or a new version of what is in force. */
export const FactEditor = ({
  fact,
  onClose,
  onSaved,
}: {
  fact?: FactDetail
  onClose: () => void
  onSaved: (id: number) => void
}) => {
  const t = useText()
  const words = t.facts
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const last = fact?.versions[0]
  const [claim, setClaim] = useState(last?.claim ?? '')
  const [said, setSaid] = useState(last?.fact ?? '')
  const [evidence, setEvidence] = useState(last?.evidence ?? '')
  const [evidenceUrl, setUrl] = useState(last?.evidenceUrl ?? '')
  const [from, setFrom] = useState<Dayjs>(last ? dayjs(last.validFrom) : dayjs().startOf('day'))
  const [until, setUntil] = useState<Dayjs | null>(last?.validUntil ? dayjs(last.validUntil) : null)
  const periodWrong = until !== null && !until.isAfter(from)
  const ready = claim.trim().length >= 4 && said.trim().length >= 4 && evidence.trim().length >= 2 && !periodWrong
  const save = useMutation({
    mutationFn: async (submit: boolean) => {
      const given = {
        claim: claim.trim(),
        fact: said.trim(),
        evidence: evidence.trim(),
        evidenceUrl: evidenceUrl.trim(),
        validFrom: from.toISOString(),
        validUntil: until?.toISOString() ?? null,
      }
      const saved = fact ? await writeFact(fact.id, given) : await createFact(given)
      return submit ? submitFact(saved.id) : saved
    },
    onSuccess: async (saved, submit) => {
      await client.invalidateQueries({ queryKey: ['opinion', 'facts'] })
      message.success(submit ? words.submitted : words.saved)
      onSaved(saved.id)
    },
    onError: fail,
  })
  return (
    <Modal
      open
      width={640}
      title={fact ? (last?.state === 'draft' ? words.edit : words.newVersion) : words.new}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button disabled={!ready} loading={save.isPending && !save.variables} onClick={() => save.mutate(false)}>
            {words.save}
          </Button>
          <Button
            type="primary"
            disabled={!ready}
            loading={save.isPending && save.variables}
            onClick={() => save.mutate(true)}
          >
            {words.saveSubmit}
          </Button>
        </>
      }
    >
      <div className="stack-16">
        {fact && fact.standing === 'valid' && <Notice>{words.newVersionNote}</Notice>}
        <Field label={words.claim} hint={words.claimHint}>
          <Input autoFocus maxLength={300} showCount value={claim} onChange={({ target }) => setClaim(target.value)} />
        </Field>
        <Field label={words.fact} hint={words.factHint}>
          <Input.TextArea
            rows={4}
            maxLength={2_000}
            showCount
            value={said}
            onChange={({ target }) => setSaid(target.value)}
          />
        </Field>
        <Field label={words.evidence} hint={words.evidenceHint}>
          <Input.TextArea
            rows={2}
            maxLength={1_000}
            value={evidence}
            onChange={({ target }) => setEvidence(target.value)}
          />
        </Field>
        <Field label={words.evidenceUrl}>
          <Input
            maxLength={1_000}
            placeholder="https://"
            value={evidenceUrl}
            onChange={({ target }) => setUrl(target.value)}
          />
        </Field>
        <div className="fact-period">
          <Field label={words.validFrom}>
            <DatePicker allowClear={false} value={from} onChange={(value: Dayjs | null) => value && setFrom(value)} />
          </Field>
          <Field
            label={words.validUntil}
            hint={words.validUntilHint}
            error={periodWrong ? words.periodWrong : undefined}
          >
            <DatePicker value={until} onChange={(value: Dayjs | null) => setUntil(value)} />
          </Field>
        </div>
      </div>
    </Modal>
  )
}
