import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Modal, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Ago, Badge, Meter, type Tone } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { cancelCleaning, getOriginals, listCleanings, undoCleaning } from './quality-calls.ts'
import type { Cleaning } from './quality-shapes.ts'

const tones: Readonly<Record<Cleaning['state'], Tone>> = {
  queued: 'plain',
  running: 'teal',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
  undoing: 'teal',
  undone: 'plain',
}
const goesOn = ({ state }: Cleaning) => state === 'queued' || state === 'running' || state === 'undoing'

/** Cleanings of the base and of files, with their progress; those of the base can be undone. */
export const Cleanings = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [shown, setShown] = useState<Cleaning>()
  const cleanings = useQuery({
    queryKey: ['quality', 'cleanings'],
    queryFn: ({ signal }) => listCleanings(signal),
    refetchInterval: ({ state }) => (state.data?.items.some(goesOn) ? 1_000 : false),
  })
  const settle = () => client.invalidateQueries({ queryKey: ['quality', 'cleanings'] })
  const undo = useMutation({ mutationFn: undoCleaning, onSettled: settle, onError: fail })
  const cancel = useMutation({ mutationFn: cancelCleaning, onSettled: settle, onError: fail })
  return (
    <Panel title={t.quality.cleanings} flush>
      <Loaded query={cleanings}>
        {({ items }) => (
          <Table
            label={t.quality.cleanings}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank compact title={t.quality.noCleanings} />}
            columns={[
              {
                key: 'what',
                title: t.quality.recipeName,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.recipe === '' ? t.quality.inline : row.recipe}</span>
                    <div className="muted small">
                      {row.importId === null ? (
                        t.quality.cleaningOf.base
                      ) : (
                        <Link to="/imports/$id" params={{ id: row.importId }}>
                          {t.quality.cleaningOf.import(row.importId)}
                        </Link>
                      )}{' '}
                      · <Ago at={row.createdAt} />
                    </div>
                  </>
                ),
              },
              {
                key: 'state',
                title: t.quality.state,
                fit: true,
                cell: (row) => (
                  <>
                    <Badge tone={tones[row.state]} live={goesOn(row)}>
                      {t.quality.states[row.state]}
                    </Badge>
                    {row.state === 'running' && row.total !== null && row.total > 0 && (
                      <Meter share={row.read / row.total} label={t.quality.states.running} />
                    )}
                    {row.error && <div className="muted small wrap">{row.error}</div>}
                  </>
                ),
              },
              {
                key: 'changed',
                title: t.quality.customers,
                align: 'right',
                fit: true,
                cell: (row) => t.quality.changedOf(format.count(row.changed), format.count(row.read)),
              },
              {
                key: 'steps',
                title: t.quality.steps,
                card: 'wide',
                cell: (row) => (
                  <ol className="small muted">
                    {row.steps.map((step, index) => {
                      const count = row.counts[index]
                      return (
                        // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name
                        <li key={index}>
                          {t.quality.kinds[step.do]}
                          {count &&
                            `: ${t.quality.touched(format.count(count.tried), format.count(count.changed), format.count(count.unable))}`}
                        </li>
                      )
                    })}
                  </ol>
                ),
              },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) => (
                  <span className="row">
                    {can('customers.read') && row.changed > 0 && (
                      <Button size="small" onClick={() => setShown(row)}>
                        {t.quality.originals}
                      </Button>
                    )}
                    {can('quality.write') &&
                      row.importId === null &&
                      (row.state === 'queued' || row.state === 'running') && (
                        <Button size="small" onClick={() => cancel.mutate(row.id)}>
                          {t.quality.cancel}
                        </Button>
                      )}
                    {can('quality.write') &&
                      row.importId === null &&
                      ['done', 'failed', 'cancelled'].includes(row.state) && (
                        <Popconfirm title={t.quality.undoSure} onConfirm={() => undo.mutate(row.id)}>
                          <Button size="small" danger>
                            {t.quality.undo}
                          </Button>
                        </Popconfirm>
                      )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {shown && <Originals cleaning={shown} onClose={() => setShown(undefined)} />}
    </Panel>
  )
}

const Originals = ({ cleaning, onClose }: { cleaning: Cleaning; onClose: () => void }) => {
  const t = useText()
  const titles = useTraitTitles()
  const originals = useInfiniteQuery({
    queryKey: ['quality', 'originals', cleaning.id],
    queryFn: ({ signal, pageParam }) => getOriginals(cleaning.id, { limit: 50, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return (
    <Modal open width={720} title={t.quality.originalsOf} footer={null} onCancel={onClose}>
      <Loaded query={originals}>
        {({ pages }) => (
          <Table
            label={t.quality.originalsOf}
            rows={pages.flatMap(({ items }) => items)}
            rowKey={(row) => `${row.customer} ${row.line}`}
            more={originals}
            blank={<Blank compact title={t.quality.none} />}
            columns={[
              {
                key: 'who',
                title: t.quality.customer,
                card: 'lead',
                fit: true,
                cell: (row) => (
                  <>
                    {row.customer !== null && (
                      <Link to="/customers/$id" params={{ id: row.customer }}>
                        #{row.customer}
                      </Link>
                    )}
                    {row.line !== null && <div className="muted small">{t.quality.line(String(row.line))}</div>}
                  </>
                ),
              },
              {
                key: 'before',
                title: t.quality.before,
                cell: (row) => (
                  <ul>
                    {Object.entries(row.before).map(([field, value]) => (
                      <li key={field}>
                        <span className="muted">{titles(field)}: </span>
                        {value ?? t.quality.empty}
                      </li>
                    ))}
                  </ul>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Modal>
  )
}
