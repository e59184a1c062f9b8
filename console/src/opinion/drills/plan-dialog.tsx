import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { DatePicker, Input, Modal, Segmented, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Notice } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { getScenarios, getSubjectNames, planDrill } from './drill-calls.ts'
import { PaceCurve } from './pace-curve.tsx'

const speeds = [1, 2, 5, 10, 30, 60] as const

/** Which story, about whom, how fast, and when. */
export const PlanDialog = ({ scenarioId, onClose }: { scenarioId?: number | undefined; onClose: () => void }) => {
  const t = useText()
  const words = t.drills
  const format = useFormats()
  const fail = useFailureToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [picked, setPicked] = useState(scenarioId)
  const [subject, setSubject] = useState<number>()
  const [typed, setTyped] = useState<string>()
  const [speed, setSpeed] = useState<number>(1)
  const [at, setAt] = useState<Dayjs>()
  const scenarios = useQuery({
    queryKey: ['opinion', 'scenarios'],
    queryFn: ({ signal }) => getScenarios(signal),
  })
  const subjects = useQuery({
    queryKey: ['opinion', 'subjects', 'names'],
    queryFn: ({ signal }) => getSubjectNames(signal),
  })
  const scenario = picked ?? scenarios.data?.items[0]?.id
  const chosen = scenarios.data?.items.find(({ id }) => id === scenario)
  const known = subjects.data?.items ?? []
  const subjectId = subject ?? known.find(({ own }) => own)?.id
  const name = typed ?? (chosen ? `${chosen.name} ${dayjs().format('M-D')}` : '')
  const save = useMutation({
    mutationFn: (given: { scenarioId: number; subjectId: number }) =>
      planDrill({ ...given, name, speed, ...(at && { plannedAt: at.toISOString() }) }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['opinion', 'drills'] })
      await navigate({ to: '/opinion/drills/$id', params: { id: String(id) } })
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={words.plan}
      okText={words.plan}
      cancelText={t.ui.cancel}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: !chosen || subjectId === undefined || name.trim().length < 2 }}
      onOk={() => chosen && subjectId !== undefined && save.mutate({ scenarioId: chosen.id, subjectId })}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Field label={words.scenario}>
          <Select
            className="wide"
            showSearch={{ optionFilterProp: 'label' }}
            loading={scenarios.isPending}
            {...(scenario !== undefined && { value: scenario })}
            onChange={setPicked}
            options={(scenarios.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        {chosen && (
          <div className="plan-scenario">
            <PaceCurve pace={chosen.pace} />
            <p className="small muted">{chosen.story}</p>
          </div>
        )}
        {subjects.data && known.length === 0 && <Notice tone="warn">{words.noSubjects}</Notice>}
        <Field label={words.subject} hint={words.subjectHint}>
          <Select
            className="wide"
            showSearch={{ optionFilterProp: 'label' }}
            loading={subjects.isPending}
            {...(subjectId !== undefined && { value: subjectId })}
            onChange={setSubject}
            options={known.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={words.name}>
          <Input value={name} maxLength={80} onChange={({ target }) => setTyped(target.value)} />
        </Field>
        <Field
          label={words.speed}
          hint={
            chosen
              ? `${words.lasts(format.duration((chosen.minutes / speed) * 60))} · ${words.speedHint}`
              : words.speedHint
          }
        >
          <Segmented
            block
            value={speed}
            onChange={setSpeed}
            options={speeds.map((value) => ({ value, label: words.speedOf(String(value)) }))}
          />
        </Field>
        <Field label={words.when}>
          <Segmented
            value={at ? 'at' : 'hand'}
            onChange={(value) => setAt(value === 'at' ? dayjs().add(1, 'hour').startOf('hour') : undefined)}
            options={[
              { value: 'hand', label: words.byHand },
              { value: 'at', label: words.atTime },
            ]}
          />
        </Field>
        {at && (
          <DatePicker
            className="wide"
            aria-label={words.atTime}
            showTime={{ format: 'HH:mm' }}
            format="YYYY-MM-DD HH:mm"
            allowClear={false}
            minDate={dayjs()}
            value={at}
            onChange={(value) => value && setAt(value)}
          />
        )}
      </div>
    </Modal>
  )
}
