import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { z } from 'zod'
import { HandlingSettings } from '../../../../src/opinion/incidents/settings-contract.ts'
import { TicketTerms } from '../../../../src/opinion/tickets/ticket-contract.ts'
import { useText } from '../../i18n/text.ts'
import { DayInput } from '../../ui/day-input.tsx'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { changeSetting, readSettings } from './incident-calls.ts'
import { type Level, levels, type SettingPage } from './incident-shapes.ts'

const Opening = z.object({ levels: z.array(z.enum(levels)) })
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

/** Figures of handling, kept by the day from which they count. */
export const SettingsDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const settings = useQuery({ queryKey: ['incidents', 'settings'], queryFn: ({ signal }) => readSettings(signal) })
  return (
    <Modal open width={720} title={t.incidents.settings} onCancel={onClose} footer={null}>
      <p className="muted small">{t.incidents.settingsHint}</p>
      <Loaded query={settings} lines={6} compact>
        {({ items }) => (
          <div className="stack-16">
            <OpeningForm items={items} />
            <TicketForm items={items} />
            <SilenceForm items={items} />
            <TakeoverForm items={items} />
          </div>
        )}
      </Loaded>
    </Modal>
  )
}

const inForce = (items: SettingPage['items'], name: string) => items.find((one) => one.name === name && one.inForce)

const useSave = (name: string) => {
  const client = useQueryClient()
  const fail = useFailureToast()
  return useMutation({
    mutationFn: (given: { value: unknown; fromDay: string; source: string }) => changeSetting({ name, ...given }),
    onSuccess: (page) => client.setQueryData(['incidents', 'settings'], page),
    onError: fail,
  })
}

const Foot = ({
  source: before,
  busy,
  onSave,
}: {
  source: string
  busy: boolean
  onSave: (given: { fromDay: string; source: string }) => void
}) => {
  const t = useText()
  const words = t.incidents
  const [source, setSource] = useState('')
  const [fromDay, setDay] = useState(today())
  return (
    <div className="stack">
      <p className="small muted">
        {words.inForce}：{before}
      </p>
      <div className="row">
        <Input
          style={{ flex: 1, minWidth: 160 }}
          aria-label={words.settingSource}
          placeholder={words.settingSource}
          value={source}
          onChange={(event) => setSource(event.target.value)}
        />
        <DayInput style={{ width: 150 }} aria-label={words.settingFrom} value={fromDay} onChange={setDay} />
        <Button
          type="primary"
          loading={busy}
          disabled={source.trim().length < 2}
          onClick={() => onSave({ fromDay, source: source.trim() })}
        >
          {words.settingSave}
        </Button>
      </div>
    </div>
  )
}

const OpeningForm = ({ items }: { items: SettingPage['items'] }) => {
  const t = useText()
  const words = t.incidents
  const setting = inForce(items, 'opening')
  const [chosen, setChosen] = useState<Level[]>(() => Opening.safeParse(setting?.value).data?.levels ?? [])
  const save = useSave('opening')
  return (
    <Panel title={words.opening}>
      <div className="stack">
        <Checkbox.Group
          value={chosen}
          onChange={(value) => setChosen(value)}
          options={levels.map((value) => ({ value, label: words.levels[value] }))}
        />
        <Foot
          source={setting?.source ?? ''}
          busy={save.isPending}
          onSave={(given) => save.mutate({ value: { levels: chosen }, ...given })}
        />
      </div>
    </Panel>
  )
}

const SilenceForm = ({ items }: { items: SettingPage['items'] }) => {
  const words = useText().incidents
  const setting = inForce(items, 'silence')
  const [terms, setTerms] = useState(() => HandlingSettings.shape.silence.safeParse(setting?.value).data)
  const save = useSave('silence')
  if (!terms) return null
  const field = (key: keyof typeof terms, label: string) => (
    <Field label={label}>
      <InputNumber
        min={5}
        max={44_640}
        aria-label={label}
        value={terms[key]}
        onChange={(value) => value !== null && setTerms({ ...terms, [key]: value })}
      />
    </Field>
  )
  return (
    <Panel title={words.silenceTerms}>
      <div className="stack">
        <div className="row">
          {field('longestMinutes', words.silenceAll)}
          {field('severeLongestMinutes', words.silenceSevere)}
        </div>
        <Foot
          source={setting?.source ?? ''}
          busy={save.isPending}
          onSave={(given) => save.mutate({ value: terms, ...given })}
        />
      </div>
    </Panel>
  )
}

const TakeoverForm = ({ items }: { items: SettingPage['items'] }) => {
  const words = useText().incidents
  const setting = inForce(items, 'takeover')
  const [terms, setTerms] = useState(() => HandlingSettings.shape.takeover.safeParse(setting?.value).data)
  const save = useSave('takeover')
  if (!terms) return null
  return (
    <Panel title={words.takeoverTerms}>
      <div className="stack">
        <Field label={words.takeoverPosts}>
          <InputNumber
            min={0}
            max={10_000_000}
            aria-label={words.takeoverPosts}
            value={terms.comparedPosts}
            onChange={(value) => value !== null && setTerms({ comparedPosts: value })}
          />
        </Field>
        <Foot
          source={setting?.source ?? ''}
          busy={save.isPending}
          onSave={(given) => save.mutate({ value: terms, ...given })}
        />
      </div>
    </Panel>
  )
}

const kinds = ['complaint', 'regulated', 'praise', 'suggestion', 'inquiry'] as const
const steps = ['acknowledge', 'answer', 'solve'] as const

const TicketForm = ({ items }: { items: SettingPage['items'] }) => {
  const t = useText()
  const words = t.incidents
  const setting = inForce(items, 'tickets')
  const [terms, setTerms] = useState(() => TicketTerms.safeParse(setting?.value).data)
  const save = useSave('tickets')
  if (!terms) return null
  return (
    <Panel title={words.ticketTerms} note={words.minutes}>
      <div className="stack">
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t.tickets.kind}</th>
                {steps.map((step) => (
                  <th key={step} scope="col">
                    {words.steps[step]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {kinds.map((kind) => (
                <tr key={kind}>
                  <td>{words.kinds[kind]}</td>
                  {steps.map((step) => {
                    const [minutes, calendar] = terms[kind][step]
                    const set = (term: [number, 'always' | 'work']) =>
                      setTerms({ ...terms, [kind]: { ...terms[kind], [step]: term } })
                    return (
                      <td key={step}>
                        <span className="row">
                          <InputNumber
                            size="small"
                            min={1}
                            max={525_600}
                            aria-label={`${words.kinds[kind]} ${words.steps[step]}`}
                            value={minutes}
                            onChange={(value) => value !== null && set([value, calendar])}
                          />
                          <Select
                            size="small"
                            aria-label={words.workTime}
                            value={calendar}
                            onChange={(value) => set([minutes, value])}
                            options={[
                              { value: 'always', label: '7×24' },
                              { value: 'work', label: words.workTime },
                            ]}
                          />
                        </span>
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div className="row">
          <Field label={words.repeatDays}>
            <InputNumber
              min={1}
              max={730}
              value={terms.repeatDays}
              onChange={(value) => value !== null && setTerms({ ...terms, repeatDays: value })}
            />
          </Field>
          <Field label={words.surveyDays}>
            <InputNumber
              min={1}
              max={90}
              value={terms.surveyDays}
              onChange={(value) => value !== null && setTerms({ ...terms, surveyDays: value })}
            />
          </Field>
        </div>
        <Foot
          source={setting?.source ?? ''}
          busy={save.isPending}
          onSave={(given) => save.mutate({ value: terms, ...given })}
        />
      </div>
    </Panel>
  )
}
