import './reports.css'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { App, Button, DatePicker, Modal, Segmented, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { levelNames, nameIn } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { getReports, getSubjectNames, makeReport, type ReportSummary } from './report-calls.ts'
import { SchedulesPanel } from './schedules-panel.tsx'

/** All reports, those made by themselves, and a new one. */
export const ReportsPage = () => {
  const t = useText()
  const words = t.opinionReports
  const [view, setView] = useState<'list' | 'schedules'>('list')
  const [making, setMaking] = useState(false)
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
          {words.make}
        </Button>
      }
    >
      <div className="stack-16">
        <Segmented
          value={view}
          onChange={setView}
          options={[
            { value: 'list', label: words.list },
            { value: 'schedules', label: words.schedules },
          ]}
        />
        {view === 'list' ? <ReportList onMake={() => setMaking(true)} /> : <SchedulesPanel />}
      </div>
      {making && <MakeDialog onClose={() => setMaking(false)} />}
    </Page>
  )
}

const tones = { severe: 'bad', moderate: 'warn', minor: 'plain' } as const

const ReportList = ({ onMake }: { onMake: () => void }) => {
  const t = useText()
  const format = useFormats()
  const { language } = usePreferences()
  const words = t.opinionReports
  const reports = useInfiniteQuery({
    queryKey: ['opinion', 'reports'],
    queryFn: ({ pageParam, signal }) => getReports(pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  return (
    <Panel flush>
      <Loaded query={reports}>
        {({ pages }) => (
          <Table<ReportSummary>
            label={words.list}
            rows={pages.flatMap(({ items }) => items)}
            rowKey={({ id }) => id}
            more={reports}
            blank={
              <Blank icon="content" title={words.noReports} hint={words.noReportsHint}>
                <Button type="primary" onClick={onMake}>
                  {words.make}
                </Button>
              </Blank>
            }
            columns={[
              {
                key: 'title',
                title: words.name,
                card: 'lead',
                cell: ({ id, title }) => (
                  <Link to="/opinion/reports/$id" params={{ id: String(id) }}>
                    {title}
                  </Link>
                ),
              },
              { key: 'kind', title: words.kind, fit: true, cell: ({ kind }) => words.kinds[kind] },
              {
                key: 'period',
                title: words.period,
                cell: ({ from, to }) => `${format.dayHour(from)} – ${format.dayHour(to)}`,
              },
              { key: 'posts', title: words.posts, align: 'right', fit: true, cell: ({ posts }) => format.count(posts) },
              {
                key: 'level',
                title: words.level,
                fit: true,
                cell: ({ level }) =>
                  level ? <Badge tone={tones[level]}>{nameIn(levelNames, level, language)}</Badge> : '—',
              },
              {
                key: 'made',
                title: words.madeAt,
                cell: ({ madeAt, madeBy }) => (
                  <span>
                    <Ago at={madeAt} /> <span className="muted small">{madeBy}</span>
                  </span>
                ),
              },
              {
                key: 'took',
                title: words.took,
                fit: true,
                align: 'right',
                card: 'wide',
                cell: ({ tookMs }) => words.seconds(format.decimal(tookMs / 1000)),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const kinds = ['daily', 'weekly', 'monthly', 'period'] as const

const MakeDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const format = useFormats()
  const words = t.opinionReports
  const fail = useFailureToast()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const client = useQueryClient()
  const preferences = usePreferences()
  const [kind, setKind] = useState<(typeof kinds)[number]>('daily')
  const [span, setSpan] = useState<[Dayjs, Dayjs]>()
  const [chosen, setChosen] = useState<number[]>([])
  const [language, setLanguage] = useState(preferences.language)
  const subjects = useQuery({
    queryKey: ['opinion', 'subjects', 'names'],
    queryFn: ({ signal }) => getSubjectNames(signal),
  })
  const make = useMutation({
    mutationFn: () =>
      makeReport({
        kind,
        language,
        subjects: chosen,
        ...(kind === 'period' && span && { from: span[0].toISOString(), to: span[1].toISOString() }),
      }),
    onSuccess: async ({ id, tookMs }) => {
      message.success(words.made(format.decimal(tookMs / 1000)))
      await client.invalidateQueries({ queryKey: ['opinion', 'reports'] })
      await navigate({ to: '/opinion/reports/$id', params: { id: String(id) } })
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={words.make}
      onCancel={onClose}
      okText={words.make}
      cancelText={t.ui.cancel}
      confirmLoading={make.isPending}
      okButtonProps={{ disabled: kind === 'period' && !span }}
      onOk={() => make.mutate()}
    >
      <div className="stack-16">
        <Field label={words.kind} hint={words.chooseEvent}>
          <Segmented
            block
            value={kind}
            onChange={setKind}
            options={kinds.map((value) => ({ value, label: words.kinds[value] }))}
          />
        </Field>
        {kind === 'period' && (
          <Field label={words.period}>
            <DatePicker.RangePicker
              showTime={{ format: 'HH:mm' }}
              format="YYYY-MM-DD HH:mm"
              className="wide"
              onChange={(value) => setSpan(value?.[0] && value[1] ? [value[0], value[1]] : undefined)}
            />
          </Field>
        )}
        <Field label={words.subjects}>
          <Select
            mode="multiple"
            className="wide"
            placeholder={words.ownSubjects}
            value={chosen}
            onChange={setChosen}
            showSearch={{ optionFilterProp: 'label' }}
            loading={subjects.isPending}
            options={(subjects.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={words.language}>
          <Segmented
            value={language}
            onChange={setLanguage}
            options={(['zh', 'en'] as const).map((value) => ({ value, label: words.languages[value] }))}
          />
        </Field>
      </div>
    </Modal>
  )
}
