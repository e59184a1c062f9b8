import './portraits.css'
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Input } from 'antd'
import { useMemo, useState } from 'react'
import { getHistory } from '../audiences/audience-calls.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { usePreferences } from '../preferences.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Badge, CopyButton } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { paintOf } from './drawing.tsx'
import { FieldChart } from './field-chart.tsx'
import { PeopleDialog } from './people-dialog.tsx'
import { portray } from './portrait-calls.ts'
import type { FieldPortrait, Portrait, PortraitClass, SetRef } from './portrait-shapes.ts'
import { PortraitTabs } from './portrait-tabs.tsx'
import { useSay } from './say.ts'
import { SetPicker, SetsPicker } from './set-picker.tsx'
import { keyOf, refsIn, textOf } from './set-refs.ts'

const shownFirst = 12

export const PortraitPage = () => {
  const t = useText()
  const navigate = useNavigate()
  const { of: written, base: writtenBase } = useSearch({ from: '/inside/portraits' })
  const of = useMemo(() => refsIn(written), [written])
  const base = useMemo(() => refsIn(writtenBase)[0] ?? null, [writtenBase])
  const go = (refs: readonly SetRef[], against: SetRef | null) =>
    navigate({
      to: '/portraits',
      search: { ...(refs.length > 0 && { of: textOf(refs) }), ...(against && { base: keyOf(against) }) },
      replace: true,
    })
  const portrait = useQuery({
    queryKey: ['portraits', written, writtenBase],
    queryFn: ({ signal }) => portray({ of, base }, signal),
    enabled: of.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  return (
    <Page title={t.portraits.title} subtitle={t.portraits.subtitle}>
      <PortraitTabs />
      <Panel>
        <div className="fields-2">
          <Field label={t.portraits.choose}>
            <SetsPicker label={t.portraits.choose} value={of} most={5} onChange={(refs) => go(refs, base)} />
          </Field>
          <Field label={t.portraits.base}>
            <SetPicker label={t.portraits.base} everybody value={base} onChange={(ref) => go(of, ref)} />
          </Field>
        </div>
      </Panel>
      {of.length === 0 ? (
        <Panel>
          <Blank icon="audiences" title={t.portraits.choose} hint={t.portraits.chooseHint} />
        </Panel>
      ) : (
        <Loaded
          query={portrait}
          waiting={
            <Panel>
              <Loaded query={portrait} lines={8}>
                {() => null}
              </Loaded>
            </Panel>
          }
        >
          {(data) => <Shown portrait={data} of={of} />}
        </Loaded>
      )}
    </Page>
  )
}

const Shown = ({ portrait, of }: { portrait: Portrait; of: readonly SetRef[] }) => {
  const t = useText()
  const can = useCan()
  const say = useSay()
  const format = useFormats()
  const { language } = usePreferences()
  const traitTitle = useTraitTitles()
  const [words, setWords] = useState('')
  const [all, setAll] = useState(false)
  const [picked, setPicked] = useState<{
    title: string
    set: number
    condition: NonNullable<PortraitClass['condition']>
  }>()
  const titleOf = (field: FieldPortrait) =>
    field.kind === 'trait' ? traitTitle(field.key.slice('trait:'.length)) : field.title
  const wanted = words.trim().toLowerCase()
  const found = portrait.fields.filter((field) => `${titleOf(field)} ${field.key}`.toLowerCase().includes(wanted))
  const shown = all || wanted !== '' ? found : found.slice(0, shownFirst)
  const count = (value: number | null) => (value === null ? t.portraits.fewer : format.count(value))
  const summary = portrait.summaries.map((one) => one[language].join('\n')).join('\n\n')

  return (
    <>
      <div className="portrait-sets">
        {portrait.sets.map((set, i) => (
          <div key={`${set.kind}:${set.id}`} className="portrait-set">
            <span className="portrait-mark" style={{ background: paintOf(i) }} />
            <span className="strong">{set.name}</span>
            <span>
              {count(set.size)} {t.portraits.people}
            </span>
            <span className="muted small">{t.portraits.asOf(format.dateTime(set.asOf))}</span>
          </div>
        ))}
        <div className="portrait-set">
          <span className="portrait-mark portrait-mark-base" />
          <span className="strong">{portrait.base.kind === 'all' ? t.portraits.everybody : portrait.base.name}</span>
          <span>
            {count(portrait.base.size)} {t.portraits.people}
          </span>
          <span className="muted small">{t.portraits.asOfHint}</span>
        </div>
      </div>

      <div className="grid grid-halves">
        <Panel title={t.portraits.summary} extra={<CopyButton text={summary} label={t.portraits.copySummary} />}>
          <div className="stack">
            {portrait.summaries.map((one, i) => (
              <div key={portrait.sets[i]?.id ?? i} className="portrait-summary">
                {one[language].map((line) => (
                  <p key={line}>{line}</p>
                ))}
              </div>
            ))}
          </div>
        </Panel>
        <Ranking portrait={portrait} titleOf={titleOf} />
      </div>

      <SizeOverTime of={of} portrait={portrait} />

      <Panel
        title={t.portraits.fields}
        extra={
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={t.portraits.searchField}
            aria-label={t.portraits.searchField}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        }
      >
        <p className="muted small">{t.portraits.tgiHint}</p>
        {portrait.fields.length === 0 ? (
          <Blank icon="dictionary" title={t.portraits.noFields} hint={t.portraits.noFieldsHint} />
        ) : (
          <div className="portrait-fields">
            {shown.map((field) => (
              <section key={field.key} id={`field-${field.key}`} className="portrait-field">
                <h3>
                  {titleOf(field)}
                  {field.kind === 'tag' && <Badge>{t.tags.title}</Badge>}
                  {field.byDesign.includes(true) && <Badge tone="warn">{t.portraits.byDesign}</Badge>}
                </h3>
                <FieldChart
                  title={titleOf(field)}
                  field={field}
                  portrait={portrait}
                  onPick={
                    can('audiences.write')
                      ? (one, set) => {
                          if (one.condition)
                            setPicked({
                              title: `${portrait.sets[set]?.name ?? ''} ${titleOf(field)} ${say(one.label)}`.trim(),
                              set,
                              condition: one.condition,
                            })
                        }
                      : undefined
                  }
                />
              </section>
            ))}
          </div>
        )}
        {shown.length < found.length && (
          <button type="button" className="portrait-more" onClick={() => setAll(true)}>
            {t.ui.more}
          </button>
        )}
        {portrait.fieldsLeft > 0 && <p className="muted small">{t.portraits.left(portrait.fieldsLeft)}</p>}
      </Panel>
      {picked && (
        <PeopleDialog
          title={picked.title}
          of={of[picked.set] ?? null}
          condition={picked.condition}
          onClose={() => setPicked(undefined)}
        />
      )}
    </>
  )
}

const rankedFirst = 10

const Ranking = ({ portrait, titleOf }: { portrait: Portrait; titleOf: (field: FieldPortrait) => string }) => {
  const t = useText()
  const rows = portrait.fields.slice(0, rankedFirst)
  return (
    <Panel title={t.portraits.ranking}>
      <p className="muted small">{t.portraits.rankingHint}</p>
      <ol className="portrait-ranking">
        {rows.map((field) => (
          <li key={field.key}>
            <a href={`#field-${field.key}`}>{titleOf(field)}</a>
            <div className="portrait-rank-bars">
              {field.differences.map((value, i) => (
                <div key={portrait.sets[i]?.id ?? i} className="portrait-rank-bar">
                  <span style={{ width: `${Math.max(1, (value ?? 0) * 100)}%`, background: paintOf(i) }} />
                </div>
              ))}
            </div>
            <span className="num">{field.differences.map((value) => (value ?? 0).toFixed(2)).join(' / ')}</span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}

const colors = ['teal', 'cinnabar', 'amber', 'ink-3'] as const

/** How many people each audience had at its refreshes; lists do not change. */
const SizeOverTime = ({ of, portrait }: { of: readonly SetRef[]; portrait: Portrait }) => {
  const t = useText()
  const audiences = of.flatMap((ref, place) => ('audience' in ref ? [{ id: ref.audience, place }] : []))
  const histories = useQueries({
    queries: audiences.map(({ id }) => ({
      queryKey: ['audiences', id, 'history'],
      queryFn: ({ signal }: { signal: AbortSignal }) => getHistory(id, signal),
    })),
  })
  const series = audiences.map(({ place }, i) => ({
    name: portrait.sets[place]?.name ?? '',
    kind: 'line' as const,
    color: colors[place % colors.length] ?? ('teal' as const),
    points: (histories[i]?.data?.items ?? []).toReversed().map(({ asOf, size }) => ({ at: asOf, value: size })),
  }))
  if (!series.some(({ points }) => points.length > 1)) return null
  return (
    <Panel title={t.portraits.sizeOverTime}>
      <Chart label={t.portraits.sizeOverTime} height={220} series={series} />
    </Panel>
  )
}
