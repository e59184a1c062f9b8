import './insights.css'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Dropdown, Select } from 'antd'
import { useRef, useState } from 'react'
import type { Fields } from '../audiences/audience-shapes.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { usePreferences } from '../preferences.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Meter, Tabs } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Failure, Loaded } from '../ui/states.tsx'
import { useWords } from './answer-parts.tsx'
import { AnswerView } from './answer-view.tsx'
import { ask, changeReport, downloadTable, getReport, saveFile } from './insight-calls.ts'
import type { Answer, Kind, Report } from './insight-shapes.ts'
import { OpenAlarms } from './open-alarms.tsx'
import { type Behind, PeopleDrawer } from './people-drawer.tsx'
import { FieldsGiven, useFields } from './pickers.tsx'
import { pictureOf } from './pictures.ts'
import { type Draft, firstDraft, fromAddress, isComplete, isKind, kinds, toAddress } from './question-draft.ts'
import { QuestionForm } from './question-form.tsx'
import { ReportDialog } from './report-dialog.tsx'

/** One analysis: the question, kept in the address, and its answer. */
export const ExplorePage = () => {
  const t = useText()
  const { kind } = useParams({ from: '/inside/insights/explore/$kind' })
  const { q, report } = useSearch({ from: '/inside/insights/explore/$kind' })
  const fields = useFields()
  const shown = isKind(kind) ? kind : 'trend'
  const saved = useQuery({
    queryKey: ['insights', 'reports', report],
    queryFn: ({ signal }) => getReport(report ?? '', signal),
    enabled: report !== undefined,
  })
  if (!fields.data || (report !== undefined && !saved.data)) {
    return (
      <Page title={t.insights.kinds[shown]} back={{ to: '/insights', label: t.insights.title }}>
        <Panel>
          {fields.data ? <Loaded query={saved}>{() => null}</Loaded> : <Loaded query={fields}>{() => null}</Loaded>}
        </Panel>
      </Page>
    )
  }
  // A new kind or report is a new page: nothing of the old one is kept.
  return <Explore key={`${shown} ${report ?? ''}`} kind={shown} address={q} fields={fields.data} report={saved.data} />
}

const Explore = ({
  kind,
  address,
  fields,
  report,
}: {
  kind: Kind
  address: string | undefined
  fields: Fields
  report: Report | undefined
}) => {
  const words = useWords()
  const { t, format } = words
  const navigate = useNavigate()
  const can = useCan()
  const client = useQueryClient()
  const { message } = App.useApp()
  const fail = useFailureToast()
  const asked = fromAddress(kind, address) ?? (report?.question.kind === kind ? report.question : undefined)
  const [draft, setDraft] = useState<Draft>(
    () =>
      asked ??
      firstDraft(
        kind,
        fields.events.map(({ name }) => name),
      ),
  )
  const [behind, setBehind] = useState<Behind>()
  const [saving, setSaving] = useState(false)
  const answer = useQuery({
    queryKey: ['insights', 'answer', asked],
    queryFn: ({ signal }) => ask(asked ?? draft, signal),
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
  const shownAt = useRef<HTMLDivElement>(null)
  const complete = isComplete(draft)
  const changed = asked !== undefined && toAddress(asked) !== toAddress(draft)
  const run = () => {
    // On a narrow screen the answer stands below the question.
    if (window.innerWidth <= 1_100) shownAt.current?.scrollIntoView({ block: 'start' })
    if (!changed && asked) return void answer.refetch()
    return navigate({
      to: '/insights/explore/$kind',
      params: { kind },
      search: { q: toAddress(draft), ...(report ? { report: report.id } : {}) },
    })
  }
  const keep = useMutation({
    mutationFn: () => changeReport(report?.id ?? '', { question: asked ?? draft }),
    onSuccess: async () => {
      message.success(t.insights.saved)
      await client.invalidateQueries({ queryKey: ['insights', 'reports'] })
    },
    onError: fail,
  })
  const isSaved = report !== undefined && asked !== undefined && toAddress(asked) === toAddress(report.question)
  return (
    <Page
      title={report?.name ?? t.insights.kinds[kind]}
      back={{ to: '/insights', label: t.insights.title }}
      subtitle={report?.description || t.insights.hints[kind]}
      actions={
        <>
          {answer.data && asked && (
            <ExportMenu question={asked} answer={answer.data.answer} name={report?.name ?? t.insights.kinds[kind]} />
          )}
          {report?.mine && kind === 'funnel' && can('insights.write') && <WatchField report={report} />}
          {report?.mine && can('insights.write') && (
            <Button disabled={!asked || isSaved} loading={keep.isPending} onClick={() => keep.mutate()}>
              {t.insights.saveChanges}
            </Button>
          )}
          {can('insights.write') && (
            <Button icon={<Icon name="plus" size={16} />} disabled={!asked} onClick={() => setSaving(true)}>
              {t.insights.saveReport}
            </Button>
          )}
        </>
      }
    >
      {report && <OpenAlarms reports={[report.id]} />}
      {!report && (
        <div className="panel-space">
          <Tabs
            label={t.insights.title}
            value={kind}
            onChange={(next) => navigate({ to: '/insights/explore/$kind', params: { kind: next }, search: {} })}
            items={kinds.map((one) => ({ key: one, label: t.insights.kinds[one] }))}
          />
        </div>
      )}
      <div className="explore">
        <Panel>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              if (complete) void run()
            }}
          >
            <FieldsGiven fields={fields}>
              <QuestionForm draft={draft} onChange={setDraft} />
            </FieldsGiven>
            <div className="q-run">
              <Button
                type="primary"
                htmlType="submit"
                disabled={!complete}
                loading={answer.isFetching}
                icon={<Icon name="play" size={16} />}
              >
                {t.insights.ask}
              </Button>
              <span className="muted small" role="status">
                {!complete ? t.insights.incomplete : changed ? t.insights.changedSince : ''}
              </span>
            </div>
          </form>
        </Panel>
        <div ref={shownAt} className="explore-answer">
          <Panel
            note={
              answer.data &&
              t.insights.asOf(format.dateTime(answer.data.asOf), format.duration(answer.data.tookMs / 1_000))
            }
            title={t.insights.kinds[kind]}
          >
            {answer.isFetching && <Meter share={undefined} label={t.insights.asking} />}
            {!asked && <Blank icon="event" title={t.insights.askFirst} />}
            {asked && answer.isError && <Failure error={answer.error} onRetry={() => answer.refetch()} />}
            {asked && answer.data && !answer.isError && answer.data.answer.kind === kind && (
              <div className={answer.isPlaceholderData ? 'q-stale' : ''}>
                <AnswerView question={asked} answer={answer.data.answer} onShow={setBehind} />
              </div>
            )}
          </Panel>
        </div>
      </div>
      {behind && asked && (
        <PeopleDrawer key={behind.title} question={asked} behind={behind} onClose={() => setBehind(undefined)} />
      )}
      {saving && asked && (
        <ReportDialog question={asked} name={report?.name ?? t.insights.kinds[kind]} onClose={() => setSaving(false)} />
      )}
    </Page>
  )
}

const ExportMenu = ({ question, answer, name }: { question: Draft; answer: Answer; name: string }) => {
  const words = useWords()
  const { t } = words
  const { language } = usePreferences()
  const fail = useFailureToast()
  const file = useMutation({
    mutationFn: async (format: 'png' | 'csv' | 'xlsx') => {
      if (format !== 'png') return downloadTable(question, format, language, name)
      const { pngOf } = await import('./picture-chart.tsx')
      saveFile(
        pngOf((paint) => pictureOf(words, paint, question, answer)),
        `${name}.png`,
      )
    },
    onError: fail,
  })
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: (['png', 'csv', 'xlsx'] as const).map((key) => ({ key, label: t.insights[key] })),
        onClick: ({ key }) => file.mutate(key as 'png' | 'csv' | 'xlsx'),
      }}
    >
      <Button loading={file.isPending} icon={<Icon name="download" size={16} />}>
        {t.insights.exportFile}
      </Button>
    </Dropdown>
  )
}

const WatchField = ({ report }: { report: Report }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const format = useFormats()
  const change = useMutation({
    mutationFn: (level: 'off' | 'low' | 'normal' | 'high') =>
      changeReport(report.id, { watch: level === 'off' ? null : { sensitivity: level } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['insights', 'reports'] }),
    onError: fail,
  })
  return (
    <Select
      className="q-choice"
      aria-label={t.insights.watch}
      title={`${t.insights.watchHint} ${format.date(report.changedAt)}`}
      loading={change.isPending}
      popupMatchSelectWidth={false}
      value={report.watch?.sensitivity ?? 'off'}
      onChange={(level: 'off' | 'low' | 'normal' | 'high') => change.mutate(level)}
      options={[
        { value: 'off' as const, label: t.insights.watchOff },
        ...(['low', 'normal', 'high'] as const).map((level) => ({
          value: level,
          label: `${t.insights.watch}: ${t.insights.watchLevels[level]}`,
        })),
      ]}
    />
  )
}
