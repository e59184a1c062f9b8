import './tags.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button, Input, InputNumber, Select } from 'antd'
import { useMemo, useState } from 'react'
import { ApiProblem } from '../api.ts'
import { getFields } from '../audiences/audience-calls.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemParticulars, problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Meter, Notice } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Loaded, Waiting } from '../ui/states.tsx'
import { DistributionBars } from './distribution-bars.tsx'
import { KindForm } from './kind-forms.tsx'
import { changeTag, createTag, getTag, previewTag } from './tag-calls.ts'
import { emptyTag, fromTagDefinition, type TagDraft, toTagDefinition } from './tag-draft.ts'
import { scheduleText } from './tag-marks.tsx'
import { type BasePolicy, basePolicies, type Tag, type TagDefinition, tagKeyPattern, tagKinds } from './tag-shapes.ts'

export const NewTagPage = () => <Editor saved={undefined} />

export const EditTagPage = () => {
  const t = useText()
  const { key } = useParams({ from: '/inside/tags/$key/edit' })
  const tag = useQuery({ queryKey: ['tags', 'one', key], queryFn: ({ signal }) => getTag(key, signal) })
  if (!tag.data)
    return (
      <Page title={t.tags.edit} back={{ to: '/tags', label: t.tags.title }}>
        <Panel>
          <Loaded query={tag}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  return <Editor key={key} saved={tag.data} />
}

interface Particulars {
  key: string
  title: string
  owner: string
  purpose: string
  meaning: string
  base: BasePolicy
  schedule: string
  emptyPolicy: 'empty' | 'keep'
  keepVersions: number
  expiresOn: string | null
}

const schedules = ['null', '{"dailyAt":"02:00"}', '{"dailyAt":"06:00"}', '{"everyMinutes":60}', '{"everyMinutes":360}']

const Editor = ({ saved }: { saved: Tag | undefined }) => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const traitTitle = useTraitTitles()
  const [draft, setDraft] = useState<TagDraft>(() => (saved ? fromTagDefinition(saved.definition) : emptyTag()))
  const [about, setAbout] = useState<Particulars>(() => ({
    key: saved?.key ?? '',
    title: saved?.title ?? '',
    owner: saved?.owner ?? '',
    purpose: saved?.purpose ?? '',
    meaning: saved?.meaning ?? '',
    base: saved?.base ?? 'startOfDay',
    schedule: JSON.stringify(saved ? saved.schedule : { dailyAt: '02:00' }),
    emptyPolicy: saved?.emptyPolicy ?? 'empty',
    keepVersions: saved?.keepVersions ?? 20,
    expiresOn: saved?.expiresOn ?? null,
  }))
  const fields = useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal) })
  const definition = useMemo(() => toTagDefinition(draft), [draft])
  const set = (change: Partial<TagDraft>) => setDraft((before) => ({ ...before, ...change }))
  const tell = (change: Partial<Particulars>) => setAbout((before) => ({ ...before, ...change }))

  const save = useMutation({
    mutationFn: (definition: TagDefinition) => {
      const { key, title, owner, schedule, ...more } = about
      const body = {
        ...more,
        title: title.trim(),
        ...(owner.trim() !== '' && { owner: owner.trim() }),
        schedule: draft.kind === 'manual' ? null : (JSON.parse(schedule) as Tag['schedule']),
        definition,
      }
      return saved ? changeTag(saved.key, body) : createTag({ ...body, key })
    },
    onSuccess: async ({ key }) => {
      await client.invalidateQueries({ queryKey: ['tags'] })
      await navigate({ to: '/tags/$key', params: { key } })
    },
    onError: fail,
  })
  const keyFits = tagKeyPattern.test(about.key)
  const ready = definition !== undefined && about.title.trim() !== '' && keyFits

  return (
    <Page title={saved ? t.tags.edit : t.tags.create} back={{ to: '/tags', label: t.tags.title }}>
      <div className="grid editor-grid">
        <div className="stack-16">
          {!saved && (
            <Panel title={t.tags.kind}>
              <div className="kind-grid" role="radiogroup" aria-label={t.tags.kind}>
                {tagKinds.map((kind) => (
                  <button
                    key={kind}
                    type="button"
                    role="radio"
                    aria-checked={draft.kind === kind}
                    className="kind-card"
                    disabled={kind === 'sql' && !can('tags.sql')}
                    onClick={() => set({ kind })}
                  >
                    <span className="strong">{t.tags.kinds[kind]}</span>
                    <div className="muted small">{t.tags.kindHints[kind]}</div>
                  </button>
                ))}
              </div>
            </Panel>
          )}
          <Panel title={t.tags.facts}>
            <div className="fields-2">
              <Field label={t.tags.name}>
                <Input
                  maxLength={60}
                  autoFocus={!saved}
                  placeholder={t.tags.nameHint}
                  value={about.title}
                  onChange={(event) => tell({ title: event.target.value })}
                />
              </Field>
              <Field
                label={t.tags.key}
                hint={t.tags.keyHint}
                error={about.key !== '' && !keyFits ? t.tags.keyHint : undefined}
              >
                <Input
                  className="mono"
                  maxLength={60}
                  disabled={saved !== undefined}
                  placeholder="repay_count_90d"
                  value={about.key}
                  onChange={(event) => tell({ key: event.target.value.toLowerCase() })}
                />
              </Field>
              <Field label={t.tags.meaning}>
                <Input.TextArea
                  autoSize={{ minRows: 2, maxRows: 6 }}
                  maxLength={2000}
                  placeholder={t.tags.meaningHint}
                  value={about.meaning}
                  onChange={(event) => tell({ meaning: event.target.value })}
                />
              </Field>
              <Field label={t.tags.purpose}>
                <Input.TextArea
                  autoSize={{ minRows: 2, maxRows: 6 }}
                  maxLength={500}
                  placeholder={t.tags.purposeHint}
                  value={about.purpose}
                  onChange={(event) => tell({ purpose: event.target.value })}
                />
              </Field>
              <Field label={t.tags.owner}>
                <Input maxLength={100} value={about.owner} onChange={(event) => tell({ owner: event.target.value })} />
              </Field>
              <Field label={t.tags.expiresOn} hint={t.tags.noExpiry}>
                <DayInput
                  value={about.expiresOn ?? ''}
                  onChange={(day) => tell({ expiresOn: day === '' ? null : day })}
                />
              </Field>
            </div>
          </Panel>
          <Panel title={t.tags.definition}>
            <Loaded query={fields}>
              {(known) => (
                <KindForm draft={draft} fields={known} traitTitle={traitTitle} ownKey={saved?.key} set={set} />
              )}
            </Loaded>
          </Panel>
          {draft.kind !== 'manual' && <Timing about={about} tell={tell} />}
        </div>
        <div className="editor-side stack-16">
          <PreviewPanel kind={draft.kind} definition={definition} base={about.base} numeric={isNumeric(definition)} />
          <Button
            block
            size="large"
            type="primary"
            disabled={!ready}
            loading={save.isPending}
            onClick={() => definition && save.mutate(definition)}
          >
            {t.ui.save}
          </Button>
          {!ready && <p className="muted small">{t.tags.notComplete}</p>}
        </div>
      </div>
    </Page>
  )
}

const isNumeric = (definition: TagDefinition | undefined): boolean => {
  if (!definition) return false
  if (definition.kind === 'statistic')
    return (definition.measure !== 'first' && definition.measure !== 'last') || definition.as === 'number'
  if (definition.kind === 'sql') return definition.type === 'number'
  if (definition.kind === 'model') return definition.take === 'value'
  return definition.kind === 'text' && definition.measure === 'negatives'
}

const Timing = ({ about, tell }: { about: Particulars; tell: (change: Partial<Particulars>) => void }) => {
  const t = useText()
  const offered = schedules.includes(about.schedule) ? schedules : [...schedules, about.schedule]
  return (
    <Panel title={t.tags.schedule}>
      <div className="fields-2">
        <Field label={t.tags.schedule}>
          <Select
            aria-label={t.tags.schedule}
            style={{ width: '100%' }}
            value={about.schedule}
            onChange={(schedule) => tell({ schedule })}
            options={offered.map((value) => ({
              value,
              label: scheduleText(t.tags.schedules, JSON.parse(value) as Tag['schedule']),
            }))}
          />
        </Field>
        <Field label={t.tags.base} hint={t.tags.baseHint}>
          <Select
            aria-label={t.tags.base}
            style={{ width: '100%' }}
            value={about.base}
            onChange={(base) => tell({ base })}
            options={basePolicies.map((value) => ({ value, label: t.tags.bases[value] }))}
          />
        </Field>
        <Field label={t.tags.emptyPolicy}>
          <Select
            aria-label={t.tags.emptyPolicy}
            style={{ width: '100%' }}
            value={about.emptyPolicy}
            onChange={(emptyPolicy) => tell({ emptyPolicy })}
            options={(['empty', 'keep'] as const).map((value) => ({ value, label: t.tags.emptyPolicies[value] }))}
          />
        </Field>
        <Field label={t.tags.keepVersions}>
          <InputNumber
            aria-label={t.tags.keepVersions}
            style={{ width: '100%' }}
            min={1}
            max={200}
            value={about.keepVersions}
            onChange={(keepVersions) => tell({ keepVersions: keepVersions ?? 20 })}
          />
        </Field>
      </div>
    </Panel>
  )
}

/** Coverage and distribution on live data, a moment after the last change. */
const PreviewPanel = ({
  kind,
  definition,
  base,
  numeric,
}: {
  kind: TagDraft['kind']
  definition: TagDefinition | undefined
  base: BasePolicy
  numeric: boolean
}) => {
  const t = useText()
  const format = useFormats()
  const settled = useSettled(definition, 500)
  const enabled = settled !== undefined && settled.kind !== 'manual' && settled.kind === kind
  const preview = useQuery({
    queryKey: ['tags', 'preview', settled, base],
    queryFn: ({ signal }) =>
      previewTag(settled ?? { kind: 'manual', values: [], multi: false, type: 'string' }, base, signal),
    enabled,
    retry: false,
    staleTime: 30_000,
  })
  const { data } = preview
  return (
    <Panel title={t.tags.preview}>
      <div className="stack" aria-live="polite" aria-busy={preview.isFetching}>
        {kind === 'manual' ? (
          <p className="muted">{t.tags.previewManual}</p>
        ) : !enabled ? (
          <p className="muted">{t.tags.previewHint}</p>
        ) : preview.isError ? (
          <Notice tone="bad">
            {problemText(t, preview.error)}
            <div className="small wrap">{preview.error instanceof ApiProblem && problemParticulars(preview.error)}</div>
          </Notice>
        ) : data ? (
          <>
            <div className="estimate-size">
              {format.count(data.covered)}
              <span className="muted small"> {t.audiences.people}</span>
            </div>
            <Meter share={data.covered / Math.max(1, data.of)} label={t.tags.coverage} />
            <p className="muted small">
              {t.tags.coverageText(format.share(data.covered / Math.max(1, data.of)), format.count(data.of))}
              <br />
              {t.tags.asOf} {format.dateTime(data.asOf)} · {format.count(data.tookMs)} ms
            </p>
            {data.sensitive.length > 0 && (
              <Notice tone="warn">
                {t.tags.previewSensitive}
                <div className="small">
                  {t.tags.reviewUses} {data.sensitive.map(({ what }) => what).join('、')}
                </div>
              </Notice>
            )}
            <DistributionBars distribution={data.distribution} covered={data.covered} numeric={numeric} />
          </>
        ) : (
          <Waiting lines={5} />
        )}
      </div>
    </Panel>
  )
}
