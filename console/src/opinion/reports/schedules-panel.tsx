import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Input, InputNumber, Modal, Segmented, Select, Switch, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useConfirm } from '../../ui/confirm.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import {
  deleteSchedule,
  getRewording,
  getSchedules,
  getSubjectNames,
  type Schedule,
  type SettingsShown,
  saveRewording,
  saveSchedule,
} from './report-calls.ts'

type Draft = Omit<Schedule, 'id' | 'nextAt' | 'lastReportId' | 'lastError'> & { id?: number }

const fresh: Draft = {
  name: '',
  kind: 'daily',
  at: '08:30',
  weekday: 1,
  day: 1,
  subjects: [],
  language: 'zh',
  recipients: [],
  channels: [],
  on: true,
}

/** Reports that are made by themselves. */
export const SchedulesPanel = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const words = t.opinionReports
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [draft, setDraft] = useState<Draft>()
  const schedules = useQuery({ queryKey: ['opinion', 'schedules'], queryFn: ({ signal }) => getSchedules(signal) })
  const removal = useMutation({
    mutationFn: deleteSchedule,
    onSuccess: () => client.invalidateQueries({ queryKey: ['opinion', 'schedules'] }),
    onError: fail,
  })
  const may = can('opinion.policy')
  const when = ({ kind, at, weekday, day }: Schedule) =>
    `${words.kinds[kind]} ${kind === 'weekly' ? words.weekdays[weekday - 1] : kind === 'monthly' ? day : ''} ${at}`
  return (
    <>
      <Panel
        flush
        title={words.schedules}
        extra={
          may && (
            <Button icon={<Icon name="plus" size={16} />} onClick={() => setDraft(fresh)}>
              {words.newSchedule}
            </Button>
          )
        }
      >
        <Loaded query={schedules}>
          {({ items }) => (
            <Table<Schedule>
              label={words.schedules}
              rows={items}
              rowKey={({ id }) => id}
              blank={<Blank icon="clock" title={words.noSchedules} hint={words.noSchedulesHint} />}
              columns={[
                {
                  key: 'name',
                  title: words.scheduleName,
                  card: 'lead',
                  cell: (schedule) =>
                    may ? (
                      <Button type="link" className="schedule-name" onClick={() => setDraft(schedule)}>
                        {schedule.name}
                      </Button>
                    ) : (
                      schedule.name
                    ),
                },
                { key: 'when', title: words.at, cell: when },
                {
                  key: 'next',
                  title: words.nextAt,
                  cell: ({ on, nextAt }) => (on ? format.dayHour(nextAt) : <Badge tone="plain">{words.off}</Badge>),
                },
                {
                  key: 'last',
                  title: words.lastReport,
                  cell: ({ lastReportId, lastError }) => (
                    <>
                      {lastReportId ? (
                        <Link to="/opinion/reports/$id" params={{ id: String(lastReportId) }}>
                          #{lastReportId}
                        </Link>
                      ) : (
                        '—'
                      )}
                      {lastError && <p className="field-error">{lastError}</p>}
                    </>
                  ),
                },
                {
                  key: 'remove',
                  title: '',
                  fit: true,
                  cell: ({ id, name }) =>
                    may && (
                      <Button
                        type="text"
                        danger
                        onClick={() =>
                          confirm({
                            title: words.remove,
                            content: words.removeWarning(name),
                            okText: words.remove,
                            danger: true,
                            run: () => removal.mutateAsync(id),
                          })
                        }
                      >
                        {words.remove}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {may && <Rewording />}
      {draft && <ScheduleDialog draft={draft} onClose={() => setDraft(undefined)} />}
    </>
  )
}

const ScheduleDialog = ({ draft, onClose }: { draft: Draft; onClose: () => void }) => {
  const t = useText()
  const words = t.opinionReports
  const client = useQueryClient()
  const fail = useFailureToast()
  const [given, setGiven] = useState(draft)
  const [mails, setMails] = useState(draft.recipients.join('\n'))
  const subjects = useQuery({
    queryKey: ['opinion', 'subjects', 'names'],
    queryFn: ({ signal }) => getSubjectNames(signal),
  })
  const set = (part: Partial<Draft>) => setGiven((now) => ({ ...now, ...part }))
  const save = useMutation({
    mutationFn: () =>
      saveSchedule(draft.id, {
        name: given.name,
        kind: given.kind,
        at: given.at,
        weekday: given.weekday,
        day: given.day,
        subjects: given.subjects,
        language: given.language,
        channels: given.channels,
        on: given.on,
        recipients: mails
          .split(/[\s,;，；]+/)
          .map((mail) => mail.trim())
          .filter(Boolean),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['opinion', 'schedules'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={draft.id === undefined ? words.newSchedule : words.editSchedule}
      onCancel={onClose}
      okText={t.ui.save}
      cancelText={t.ui.cancel}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: given.name.trim() === '' }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Field label={words.scheduleName}>
          <Input value={given.name} maxLength={80} onChange={({ target }) => set({ name: target.value })} />
        </Field>
        <Field label={words.kind}>
          <Segmented
            value={given.kind}
            onChange={(kind) => set({ kind })}
            options={(['daily', 'weekly', 'monthly'] as const).map((value) => ({ value, label: words.kinds[value] }))}
          />
        </Field>
        <div className="row">
          <Field label={words.at}>
            <TimePicker
              format="HH:mm"
              allowClear={false}
              value={dayjs(given.at, 'HH:mm')}
              onChange={(at) => at && set({ at: at.format('HH:mm') })}
            />
          </Field>
          {given.kind === 'weekly' && (
            <Field label={words.weekday}>
              <Select
                value={given.weekday}
                onChange={(weekday) => set({ weekday })}
                options={words.weekdays.map((label, index) => ({ value: index + 1, label }))}
              />
            </Field>
          )}
          {given.kind === 'monthly' && (
            <Field label={words.day}>
              <InputNumber min={1} max={28} value={given.day} onChange={(day) => set({ day: day ?? 1 })} />
            </Field>
          )}
        </div>
        <Field label={words.subjects}>
          <Select
            mode="multiple"
            className="wide"
            placeholder={words.ownSubjects}
            value={given.subjects}
            onChange={(chosen) => set({ subjects: chosen })}
            showSearch={{ optionFilterProp: 'label' }}
            options={(subjects.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={words.recipients} hint={words.recipientsHint}>
          <Input.TextArea rows={3} value={mails} onChange={({ target }) => setMails(target.value)} />
        </Field>
        <Field label={words.on}>
          <Switch checked={given.on} onChange={(on) => set({ on })} />
        </Field>
      </div>
    </Modal>
  )
}

/** Whether and where sentences may be reworded. */
const Rewording = () => {
  const settings = useQuery({ queryKey: ['opinion', 'rewording'], queryFn: ({ signal }) => getRewording(signal) })
  const t = useText()
  return (
    <Panel title={t.opinionReports.modelSettings}>
      <Loaded query={settings} lines={3}>
        {(settings) => <RewordingForm settings={settings} />}
      </Loaded>
    </Panel>
  )
}

const RewordingForm = ({ settings }: { settings: SettingsShown }) => {
  const t = useText()
  const words = t.opinionReports
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [on, setOn] = useState(settings.on)
  const [url, setUrl] = useState(settings.url)
  const [model, setModel] = useState(settings.model)
  const [key, setKey] = useState('')
  const save = useMutation({
    mutationFn: () => saveRewording({ on, url, model, ...(key !== '' && { key }) }),
    onSuccess: (saved) => {
      client.setQueryData(['opinion', 'rewording'], saved)
      setKey('')
      message.success(words.saved)
    },
    onError: fail,
  })
  return (
    <div className="stack-16">
      <Notice>{words.modelHint}</Notice>
      <Field label={words.modelOn}>
        <Switch checked={on} onChange={setOn} />
      </Field>
      <div className="report-form">
        <Field label={words.modelUrl}>
          <Input value={url} placeholder="https://…/v1" onChange={({ target }) => setUrl(target.value)} />
        </Field>
        <Field label={words.modelName}>
          <Input value={model} onChange={({ target }) => setModel(target.value)} />
        </Field>
        <Field label={words.modelKey}>
          <Input.Password
            value={key}
            autoComplete="off"
            placeholder={settings.hasKey ? words.modelKeyKept : ''}
            onChange={({ target }) => setKey(target.value)}
          />
        </Field>
      </div>
      <div>
        <Button type="primary" loading={save.isPending} disabled={on && url === ''} onClick={() => save.mutate()}>
          {t.ui.save}
        </Button>
      </div>
    </div>
  )
}
