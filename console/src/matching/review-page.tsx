import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded, Waiting } from '../ui/states.tsx'
import { decidePair, getPair, getProject, listPairs } from './matching-calls.ts'
import { useFieldTitle, WeightBar } from './matching-marks.tsx'
import type { PairDetail } from './matching-shapes.ts'

/** Pairs fetched at once; what is decided leaves the list, so the next ones come from its beginning. */
const atOnce = 50

export const MatchReviewPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { id } = useParams({ from: '/inside/matching/$id/review' })
  const { pair: asked } = useSearch({ from: '/inside/matching/$id/review' })
  const [skipped, setSkipped] = useState<ReadonlySet<string>>(new Set())
  const [after, setAfter] = useState<string>()
  const project = useQuery({ queryKey: ['matching', 'project', id], queryFn: ({ signal }) => getProject(id, signal) })
  const queue = useQuery({
    queryKey: ['matching', 'queue', id, after],
    queryFn: ({ signal }) => listPairs({ project: id, state: 'open', limit: atOnce, after }, signal),
  })
  // What was just decided is gone at once, so that the next key already speaks of the next pair.
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set())
  const still = queue.data?.items.filter(({ id }) => !decided.has(id)) ?? []
  const remaining = queue.data ? queue.data.total - (queue.data.items.length - still.length) : 0
  const waiting = still.filter(({ id }) => !skipped.has(id))
  const current = waiting.find((pair) => pair.id === asked) ?? waiting[0]

  const forget = () => navigate({ to: '/matching/$id/review', params: { id }, search: {}, replace: true })
  const decide = useMutation({
    mutationFn: ({ pair, decision }: { pair: string; decision: 'link' | 'reject' }) =>
      decidePair(pair, decision, decision === 'link' ? t.matching.acceptReason : t.matching.rejectReason),
    onMutate: ({ pair }) => {
      setDecided((before) => new Set([...before, pair]))
      if (asked !== undefined) void forget()
    },
    onError: (error, { pair }) => {
      setDecided((before) => new Set([...before].filter((one) => one !== pair)))
      fail(error)
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['matching'] })
      void client.invalidateQueries({ queryKey: ['customers'] })
    },
  })
  const skip = () => {
    if (!current) return
    setSkipped(new Set([...skipped, current.id]))
    // All of this page skipped: the ones below come next.
    if (waiting.length === 1 && queue.data?.next) setAfter(queue.data.next)
    if (asked !== undefined) void forget()
  }
  const mayDecide = can('customers.merge')
  const act = useRef<(key: string) => void>(() => undefined)
  act.current = (key) => {
    if (!current) return
    if (key === 's') skip()
    else if (mayDecide && key === 'a') decide.mutate({ pair: current.id, decision: 'link' })
    else if (mayDecide && key === 'r') decide.mutate({ pair: current.id, decision: 'reject' })
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event
      const typing =
        target instanceof HTMLElement &&
        (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      act.current(event.key.toLowerCase())
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  return (
    <Page
      title={t.matching.reviewTitle}
      subtitle={
        project.data && `${project.data.name}${queue.data ? ` · ${t.matching.remaining(format.count(remaining))}` : ''}`
      }
      back={{ to: '/matching', label: t.matching.title }}
    >
      <Loaded query={queue} waiting={<Panel>…</Panel>}>
        {() =>
          current ? (
            <>
              <Sides key={current.id} id={current.id} />
              <div className="decision-bar" role="group" aria-label={t.matching.decided}>
                {mayDecide && (
                  <>
                    <Button
                      type="primary"
                      icon={<Icon name="merge" size={16} />}
                      onClick={() => decide.mutate({ pair: current.id, decision: 'link' })}
                    >
                      {t.matching.accept}
                      <kbd className="key-hint">A</kbd>
                    </Button>
                    <Button
                      icon={<Icon name="split" size={16} />}
                      onClick={() => decide.mutate({ pair: current.id, decision: 'reject' })}
                    >
                      {t.matching.reject}
                      <kbd className="key-hint">R</kbd>
                    </Button>
                  </>
                )}
                <Button onClick={skip}>
                  {t.matching.skip}
                  <kbd className="key-hint">S</kbd>
                </Button>
                <span className="muted small">{t.matching.keys}</span>
              </div>
            </>
          ) : queue.isFetching ? (
            <Panel>
              <Waiting lines={6} />
            </Panel>
          ) : (
            <Panel>
              {skipped.size > 0 ? (
                <Blank icon="done" title={t.matching.skippedAll}>
                  <Button
                    onClick={() => {
                      setSkipped(new Set())
                      setAfter(undefined)
                    }}
                  >
                    {t.matching.fromStart}
                  </Button>
                </Blank>
              ) : (
                <Blank icon="done" title={t.matching.reviewedAll} hint={t.matching.reviewedAllHint} />
              )}
            </Panel>
          )
        }
      </Loaded>
    </Page>
  )
}

const Sides = ({ id }: { id: string }) => {
  const t = useText()
  const format = useFormats()
  const pair = useQuery({ queryKey: ['matching', 'pair', id], queryFn: ({ signal }) => getPair(id, signal) })
  return (
    <Panel
      flush
      title={
        <span className="row">
          {pair.data ? `${t.matching.probability} ${format.share(pair.data.probability)}` : '…'}
          {pair.data && (
            <Badge tone={pair.data.probability >= 0.9 ? 'good' : 'warn'}>{pair.data.weight.toFixed(1)}</Badge>
          )}
        </span>
      }
    >
      <Loaded query={pair} lines={8}>
        {(pair) => <Comparisons pair={pair} />}
      </Loaded>
    </Panel>
  )
}

const Comparisons = ({ pair }: { pair: PairDetail }) => {
  const t = useText()
  const title = useFieldTitle()
  const levels: Readonly<Record<string, string>> = t.matching.levels
  const likeness = ({ level, levels: all }: PairDetail['fields'][number]) =>
    level === null ? 'none' : level === all.length - 1 ? 'agree' : level === 0 ? 'differ' : 'close'
  return (
    <>
      <table className="pair-sides" aria-label={t.matching.reviewTitle}>
        <thead>
          <tr>
            <th scope="col">{t.matching.field}</th>
            <th scope="col">
              {t.matching.left} <CustomerLinkTo id={pair.left.id} />
            </th>
            <th scope="col">
              {t.matching.right} <CustomerLinkTo id={pair.right.id} />
            </th>
            <th scope="col">{t.matching.comparison}</th>
            <th scope="col">{t.matching.weight}</th>
          </tr>
        </thead>
        <tbody>
          {pair.fields.map((one) => {
            const kind = likeness(one)
            const shade = kind === 'agree' ? 'pair-agree' : kind === 'differ' ? 'pair-differ' : ''
            const name = one.level === null ? undefined : one.levels[one.level]
            return (
              <tr key={one.field}>
                <td className="strong">{title(one.field)}</td>
                <td className={shade}>{shown(t.matching.genders, one.field, one.left)}</td>
                <td className={shade}>{shown(t.matching.genders, one.field, one.right)}</td>
                <td className="small">
                  {name === undefined ? <span className="muted">{t.matching.missing}</span> : (levels[name] ?? name)}
                </td>
                <td>{one.level !== null && <WeightBar bits={one.bits} />}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <div className="panel-body stack">
        <div className="totals">
          <div>
            <span>{t.matching.raritybits}</span>
            <WeightBar bits={pair.rarityBits} />
          </div>
          <div className="strong">
            <span>{t.matching.total}</span>
            <WeightBar bits={pair.weight} />
          </div>
        </div>
        {pair.nameScore && (
          <p className="small">
            {t.matching.nameScore(pair.nameScore.alone.toFixed(2), pair.nameScore.supported.toFixed(2))}
          </p>
        )}
        <p className="muted small">{t.matching.maskedHint}</p>
        <p className="row">
          {[pair.left, pair.right].map(({ id }) => (
            <Link key={id} to="/customers/$id" params={{ id }}>
              {t.matching.openCustomer} #{id}
            </Link>
          ))}
        </p>
      </div>
    </>
  )
}

/** The value as the server masked it; a gender is a letter there. */
const shown = (people: Readonly<Record<string, string>>, field: string, value: string | null) => {
  if (value === null) return <span className="muted">—</span>
  return field === 'person:gender' ? (people[value] ?? value) : value
}

const CustomerLinkTo = ({ id }: { id: string }) => (
  <Link to="/customers/$id" params={{ id }}>
    #{id}
  </Link>
)
