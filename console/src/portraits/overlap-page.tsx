import './portraits.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Failure, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { overlapOf, setSize } from './portrait-calls.ts'
import type { Overlap, SetExpression, SetRef } from './portrait-shapes.ts'
import { PortraitTabs } from './portrait-tabs.tsx'
import { SaveSetDialog } from './save-set-dialog.tsx'
import { SetsPicker, useSets } from './set-picker.tsx'
import { keyOf, refsIn, textOf } from './set-refs.ts'
import { Upset } from './upset.tsx'

export const OverlapPage = () => {
  const t = useText()
  const navigate = useNavigate()
  const { of: written } = useSearch({ from: '/inside/portraits/overlap' })
  const of = useMemo(() => refsIn(written), [written])
  const [saving, setSaving] = useState<{ of: SetExpression; name: string }>()
  const overlap = useQuery({
    queryKey: ['overlaps', written],
    queryFn: ({ signal }) => overlapOf(of, signal),
    enabled: of.length > 1,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  return (
    <Page title={t.portraits.title} subtitle={t.portraits.subtitle}>
      <PortraitTabs />
      <Panel>
        <Field label={t.portraits.choose} hint={t.portraits.chooseTwo}>
          <SetsPicker
            label={t.portraits.choose}
            value={of}
            most={10}
            onChange={(refs) =>
              navigate({
                to: '/portraits/overlap',
                search: refs.length > 0 ? { of: textOf(refs) } : {},
                replace: true,
              })
            }
          />
        </Field>
      </Panel>
      {of.length < 2 ? (
        <Panel>
          <Blank icon="audiences" title={t.portraits.chooseTwo} hint={t.portraits.composeHint} />
        </Panel>
      ) : (
        <>
          <Composer key={written} of={of} onSave={setSaving} />
          <Panel title={t.portraits.overlap}>
            <p className="muted small">{t.portraits.overlapHint}</p>
            <Loaded query={overlap} lines={6}>
              {(data) => <Shown overlap={data} of={of} onSave={setSaving} />}
            </Loaded>
          </Panel>
        </>
      )}
      {saving && <SaveSetDialog {...saving} onClose={() => setSaving(undefined)} />}
    </Page>
  )
}

type OnSave = (saving: { of: SetExpression; name: string }) => void

const Shown = ({ overlap, of, onSave }: { overlap: Overlap; of: readonly SetRef[]; onSave: OnSave }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const told = (size: number | null) => (size === null ? t.portraits.fewer : format.count(size))
  const refOfSet = (place: number): SetRef[] => {
    const set = overlap.sets[place]
    return set?.id ? [set.kind === 'audience' ? { audience: set.id } : { list: set.id }] : []
  }
  // People who are in exactly these: in each of them and in none of the others.
  const exactly = (inside: readonly number[]): SetExpression => {
    const others = overlap.sets.flatMap((_, i) => (inside.includes(i) ? [] : refOfSet(i)))
    const both: SetExpression = { intersect: inside.flatMap(refOfSet) }
    return others.length === 0 ? both : { minus: [both, ...others] }
  }
  const namesOf = (places: readonly number[]) => places.map((i) => overlap.sets[i]?.name ?? '').join(' ∩ ')
  return (
    <div className="stack-16">
      <p>
        {t.portraits.union} <span className="strong">{told(overlap.union)}</span> {t.portraits.people}
      </p>
      <Upset
        overlap={overlap}
        onPick={
          can('audiences.write')
            ? (place) => {
                const one = overlap.intersections[place]
                if (one) onSave({ of: exactly(one.sets), name: namesOf(one.sets) })
              }
            : undefined
        }
      />
      {overlap.left.intersections > 0 && (
        <p className="muted small">
          {t.portraits.others(overlap.left.intersections, format.count(overlap.left.people))}
        </p>
      )}
      {of.length > 1 && (
        <Table
          label={t.portraits.pair}
          rows={overlap.pairs}
          rowKey={({ a, b }) => `${a}-${b}`}
          blank={null}
          columns={[
            { key: 'pair', title: t.portraits.pair, card: 'lead', cell: ({ a, b }) => namesOf([a, b]) },
            { key: 'both', title: t.portraits.both, align: 'right', cell: ({ both }) => told(both) },
            {
              key: 'jaccard',
              title: t.portraits.jaccard,
              align: 'right',
              cell: ({ jaccard }) => (jaccard === null ? '—' : format.share(jaccard)),
            },
          ]}
        />
      )}
    </div>
  )
}

const operations = ['union', 'intersect', 'minus'] as const

/** One operation over the chosen sets, counted at once. */
const Composer = ({ of, onSave }: { of: readonly SetRef[]; onSave: OnSave }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const { nameOf } = useSets()
  const [operation, setOperation] = useState<(typeof operations)[number]>('intersect')
  const [first, setFirst] = useState(0)
  const parts = useMemo(() => {
    const chosen = of[first]
    return operation === 'minus' && chosen ? [chosen, ...of.filter((_, i) => i !== first)] : [...of]
  }, [of, first, operation])
  const expression = useMemo<SetExpression>(
    () =>
      operation === 'union' ? { union: parts } : operation === 'intersect' ? { intersect: parts } : { minus: parts },
    [operation, parts],
  )
  const size = useQuery({
    queryKey: ['sets', 'size', expression],
    queryFn: ({ signal }) => setSize(expression, signal),
    placeholderData: keepPreviousData,
  })
  const signs = { union: ' ∪ ', intersect: ' ∩ ', minus: ' − ' } as const
  const name = parts.map(nameOf).join(signs[operation])
  return (
    <Panel title={t.portraits.compose} note={t.portraits.composeHint}>
      <div className="stack-16">
        <Segmented
          value={operation}
          onChange={setOperation}
          options={operations.map((one) => ({ value: one, label: t.portraits.operations[one] }))}
        />
        <p className="muted">{t.portraits.operationHints[operation]}</p>
        <div className="composer-parts">
          {parts.map((ref, i) => (
            <div key={keyOf(ref)} className="composer-part">
              <span>
                {i > 0 && <span className="muted">{signs[operation].trim()} </span>}
                {nameOf(ref)}
              </span>
              {operation === 'minus' && i > 0 && (
                <Button size="small" onClick={() => setFirst(of.findIndex((one) => keyOf(one) === keyOf(ref)))}>
                  {t.portraits.moveFirst}
                </Button>
              )}
            </div>
          ))}
        </div>
        {size.isError ? (
          <Failure compact error={size.error} onRetry={() => size.refetch()} />
        ) : (
          <div className="row row-between">
            <div>
              <span className="composer-result" aria-live="polite">
                {size.data ? (size.data.size === null ? t.portraits.fewer : format.count(size.data.size)) : '…'}
              </span>{' '}
              {t.portraits.people}
              {size.data && <span className="muted small"> · {t.portraits.took(size.data.tookMs)}</span>}
            </div>
            {can('audiences.write') && (
              <Button type="primary" disabled={!size.data} onClick={() => onSave({ of: expression, name })}>
                {t.portraits.saveAsList}
              </Button>
            )}
          </div>
        )}
      </div>
    </Panel>
  )
}
