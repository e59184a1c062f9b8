import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { DayInput, MomentInput, TimeInput } from '../../ui/day-input.tsx'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field } from '../../ui/page.tsx'
import { useTargets } from '../grading/targets.tsx'
import { addExchange, type Rota, type RotaRules, saveRota } from './alert-calls.ts'

const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

export const RotaDialog = ({ rota, onClose }: { rota?: Rota; onClose: () => void }) => {
  const t = useText()
  const words = t.alerts
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const { people } = useTargets()
  const [name, setName] = useState(rota?.name ?? '')
  const [rules, setRules] = useState<RotaRules>(
    rota?.rules ?? {
      members: [],
      firstDay: today(),
      handOver: '09:00',
      weeksEach: 1,
      holidays: 'same',
      holidayMembers: [],
    },
  )
  const save = useMutation({
    mutationFn: () => saveRota(rota, { name: name.trim(), rules }),
    onSuccess: async () => {
      message.success(words.savedDone)
      await client.invalidateQueries({ queryKey: ['opinion', 'rotas'] })
      onClose()
    },
    onError: fail,
  })
  const options = people.map(({ id, name: label }) => ({ value: id, label }))
  const ready = name.trim() !== '' && rules.members.length > 0 && rules.firstDay !== '' && rules.handOver !== ''
  return (
    <Modal
      open
      width={600}
      title={rota ? words.editRota : words.newRota}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ disabled: !ready, loading: save.isPending }}
      onOk={() => save.mutate()}
    >
      <div className="form-grid">
        <div className="form-wide">
          <Field label={words.name}>
            <Input
              maxLength={60}
              aria-label={words.name}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
        </div>
        <div className="form-wide">
          <Field label={words.members}>
            <Select
              mode="multiple"
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={words.members}
              value={rules.members}
              onChange={(members: string[]) => setRules({ ...rules, members })}
              options={options}
            />
          </Field>
        </div>
        <Field label={words.firstDay}>
          <DayInput
            aria-label={words.firstDay}
            value={rules.firstDay}
            onChange={(day) => setRules({ ...rules, firstDay: day })}
          />
        </Field>
        <Field label={words.handOver}>
          <TimeInput
            aria-label={words.handOver}
            value={rules.handOver}
            onChange={(time) => setRules({ ...rules, handOver: time })}
          />
        </Field>
        <Field label={words.weeksEach}>
          <InputNumber
            min={1}
            max={8}
            aria-label={words.weeksEach}
            value={rules.weeksEach}
            onChange={(weeksEach) => setRules({ ...rules, weeksEach: weeksEach ?? 1 })}
          />
        </Field>
        <Field label={words.holidays}>
          <Select
            aria-label={words.holidays}
            value={rules.holidays}
            onChange={(holidays) => setRules({ ...rules, holidays })}
            options={(['same', 'own', 'nobody'] as const).map((value) => ({ value, label: words.holidaysOf[value] }))}
          />
        </Field>
        {rules.holidays === 'own' && (
          <div className="form-wide">
            <Field label={words.holidayMembers}>
              <Select
                mode="multiple"
                showSearch={{ optionFilterProp: 'label' }}
                aria-label={words.holidayMembers}
                value={rules.holidayMembers}
                onChange={(holidayMembers: string[]) => setRules({ ...rules, holidayMembers })}
                options={options}
              />
            </Field>
          </div>
        )}
      </div>
    </Modal>
  )
}

const localNow = (hours: number): string => new Date(Date.now() + (8 + hours) * 3_600_000).toISOString().slice(0, 16)

/** Somebody else, or nobody, for a time. */
export const ExchangeDialog = ({ rota, onClose }: { rota: Rota; onClose: () => void }) => {
  const t = useText()
  const words = t.alerts
  const client = useQueryClient()
  const fail = useFailureToast()
  const { people } = useTargets()
  const [person, setPerson] = useState<string>()
  const [from, setFrom] = useState(localNow(0))
  const [until, setUntil] = useState(localNow(24))
  const [reason, setReason] = useState('')
  const save = useMutation({
    mutationFn: () =>
      addExchange(rota.id, {
        person: person ?? null,
        from: new Date(`${from}:00+08:00`).toISOString(),
        until: new Date(`${until}:00+08:00`).toISOString(),
        reason: reason.trim(),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['opinion', 'rotas'] })
      onClose()
    },
    onError: fail,
  })
  const ready = reason.trim().length >= 2 && from !== '' && until > from
  return (
    <Modal
      open
      title={`${words.exchange} · ${rota.name}`}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ disabled: !ready, loading: save.isPending }}
      onOk={() => save.mutate()}
    >
      <div className="form-grid">
        <div className="form-wide">
          <Field label={words.exchangePerson}>
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={words.exchangePerson}
              placeholder={words.nobody}
              {...(person !== undefined && { value: person })}
              onChange={(value?: string) => setPerson(value)}
              options={people.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
        </div>
        <Field label={words.from}>
          <MomentInput aria-label={words.from} value={from} onChange={setFrom} />
        </Field>
        <Field label={words.until}>
          <MomentInput aria-label={words.until} value={until} onChange={setUntil} />
        </Field>
        <div className="form-wide">
          <Field label={words.silenceReason}>
            <Input
              maxLength={300}
              aria-label={words.silenceReason}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </Field>
        </div>
      </div>
    </Modal>
  )
}
