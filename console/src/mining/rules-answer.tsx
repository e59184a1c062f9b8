import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Button, Checkbox, Input, InputNumber, Segmented, Select, Tooltip } from 'antd'
import { useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Badge, Tile } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { MiningPicture } from './lazy-mining-picture.tsx'
import { getRules, type RulesWanted } from './mining-calls.ts'
import { ruleGraph, ruleScatter } from './mining-pictures.ts'
import type { Picked, Rule, RuleOrder, RulesResult } from './mining-shapes.ts'

const pageSize = 50
const drawn = { table: pageSize, scatter: 2_000, graph: 60 } as const
type View = keyof typeof drawn
const orders: readonly RuleOrder[] = ['lift', 'confidence', 'support', 'leverage', 'conviction', 'zhang', 'jaccard']

/** Rules as a table, as points and as a network; each leads to who has both sides and to whom to suggest the right one. */
export const RulesAnswer = ({
  id,
  result,
  wanted,
  onWanted,
  onPick,
}: {
  id: string
  result: RulesResult
  wanted: RulesWanted
  onWanted: (wanted: RulesWanted) => void
  onPick: (picked: Picked) => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.mining
  const [view, setView] = useState<View>('table')
  const settled = useSettled(wanted, 250)
  const rules = useInfiniteQuery({
    queryKey: ['mining', id, 'rules', settled, view],
    queryFn: ({ pageParam, signal }) => getRules(id, settled, { limit: drawn[view], offset: pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const seen = pages.reduce((sum, { items }) => sum + items.length, 0)
      return view === 'table' && seen < page.total ? seen : undefined
    },
    placeholderData: keepPreviousData,
  })
  const number = (key: 'minSupport' | 'minConfidence' | 'minLift') => (
    <InputNumber
      size="small"
      aria-label={words[key]}
      placeholder={words[key]}
      min={0}
      step={key === 'minLift' ? 0.5 : 0.01}
      value={wanted[key] ?? null}
      onChange={(value) => onWanted({ ...wanted, [key]: value ?? undefined })}
      style={{ width: 120 }}
    />
  )
  return (
    <>
      <div className="tiles">
        <Tile label={words.basketCount} value={format.count(result.baskets)} />
        <Tile
          label={words.itemCount}
          value={format.count(result.items)}
          note={`${words.itemSets} ${format.count(result.itemSets)}`}
        />
        <Tile
          label={words.kinds.rules.name}
          value={format.count(result.rules)}
          note={words.rulesFound(format.count(result.rules), format.count(result.redundant))}
        />
      </div>
      <Panel
        title={words.kinds.rules.name}
        {...(rules.data?.pages[0] ? { note: words.rulesShown(format.count(rules.data.pages[0].total)) } : {})}
        extra={
          <Segmented
            size="small"
            value={view}
            onChange={setView}
            options={(['table', 'scatter', 'graph'] as const).map((one) => ({ value: one, label: words.views[one] }))}
          />
        }
        flush
      >
        <div className="panel-body filters">
          <Input
            size="small"
            allowClear
            aria-label={words.search}
            placeholder={words.search}
            value={wanted.search ?? ''}
            onChange={({ target }) => onWanted({ ...wanted, search: target.value === '' ? undefined : target.value })}
            style={{ width: 180 }}
          />
          {number('minSupport')}
          {number('minConfidence')}
          {number('minLift')}
          <Select
            size="small"
            aria-label={words.sort}
            value={wanted.order}
            onChange={(order) => onWanted({ ...wanted, order })}
            options={orders.map((order) => ({ value: order, label: words[order] }))}
            style={{ width: 120 }}
          />
          <Tooltip title={words.redundantHint}>
            <Checkbox
              checked={wanted.redundant === 'no'}
              onChange={({ target }) => onWanted({ ...wanted, redundant: target.checked ? 'no' : 'yes' })}
            >
              {words.hideRedundant}
            </Checkbox>
          </Tooltip>
        </div>
        <Loaded query={rules} lines={8}>
          {({ pages }) => {
            const rows = pages.flatMap(({ items }) => items)
            if (rows.length === 0) return <Blank icon="search" title={words.noRules} hint={words.noRulesHint} />
            if (view === 'table') return <RuleTable rows={rows} more={rules} onPick={onPick} />
            return <RulePicture view={view} rows={rows.slice(0, drawn[view])} onPick={onPick} />
          }}
        </Loaded>
      </Panel>
    </>
  )
}

const sideText = (items: readonly string[]) => items.join(' + ')

const Items = ({ items }: { items: readonly string[] }) => (
  <span className="mining-items">
    {items.map((item) => (
      <span key={item} className="mining-item">
        {item}
      </span>
    ))}
  </span>
)

const RuleTable = ({
  rows,
  more,
  onPick,
}: {
  rows: readonly Rule[]
  more: Parameters<typeof Table>[0]['more']
  onPick: (picked: Picked) => void
}) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const words = t.mining
  return (
    <Table
      label={words.kinds.rules.name}
      rows={rows}
      rowKey={(row) => row.no}
      blank={null}
      {...(more ? { more } : {})}
      columns={[
        {
          key: 'rule',
          title: `${words.ruleIf} → ${words.ruleThen}`,
          card: 'lead',
          cell: (row) => (
            <span className="row">
              <Items items={row.left} />
              <span aria-hidden="true">→</span>
              <Items items={row.right} />
              {row.redundant && <Badge>{words.redundantTag}</Badge>}
            </span>
          ),
        },
        { key: 'count', title: words.count, align: 'right', fit: true, cell: (row) => format.count(row.count) },
        { key: 'support', title: words.support, align: 'right', fit: true, cell: (row) => percent(row.support) },
        {
          key: 'confidence',
          title: words.confidence,
          align: 'right',
          fit: true,
          cell: (row) => percent(row.confidence),
        },
        {
          key: 'lift',
          title: words.lift,
          align: 'right',
          fit: true,
          cell: (row) => <span className="strong">{format.decimal(row.lift)}</span>,
        },
        {
          key: 'leverage',
          title: words.leverage,
          align: 'right',
          fit: true,
          card: 'wide',
          cell: (row) => row.leverage.toFixed(4),
        },
        {
          key: 'conviction',
          title: words.conviction,
          align: 'right',
          fit: true,
          card: 'wide',
          cell: (row) => (row.conviction === null ? '∞' : format.decimal(row.conviction)),
        },
        {
          key: 'zhang',
          title: words.zhang,
          align: 'right',
          fit: true,
          card: 'wide',
          cell: (row) => row.zhang.toFixed(3),
        },
        {
          key: 'jaccard',
          title: words.jaccard,
          align: 'right',
          fit: true,
          card: 'wide',
          cell: (row) => row.jaccard.toFixed(3),
        },
        ...(can('customers.read')
          ? [
              {
                key: 'people',
                title: words.seePeople,
                fit: true,
                card: 'bare' as const,
                cell: (row: Rule) => (
                  <span className="row">
                    <Button
                      size="small"
                      onClick={() =>
                        onPick({
                          selection: { rule: row.no, holds: 'both' },
                          name: words.bothOf(sideText(row.left), sideText(row.right)),
                        })
                      }
                    >
                      {words.both}
                    </Button>
                    <Button
                      size="small"
                      onClick={() =>
                        onPick({
                          selection: { rule: row.no, holds: 'leftOnly' },
                          name: words.leftOnlyOf(sideText(row.left), sideText(row.right)),
                        })
                      }
                    >
                      {words.leftOnly}
                    </Button>
                  </span>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

/** Supports are small: two figures that matter, whatever the size. */
const percent = (share: number) => `${share >= 0.1 ? (share * 100).toFixed(1) : Number((share * 100).toPrecision(2))}%`

const RulePicture = ({
  view,
  rows,
  onPick,
}: {
  view: 'scatter' | 'graph'
  rows: readonly Rule[]
  onPick: (picked: Picked) => void
}) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const words = t.mining
  const draw = useMemo(
    () => (view === 'scatter' ? ruleScatter(rows, { t, format }) : ruleGraph(rows, { t, format })),
    [view, rows, t, format],
  )
  return (
    <div className="panel-body">
      <p className="muted small">
        {view === 'scatter' ? words.scatterRules : `${words.graphRules} · ${words.graphNote}`}
      </p>
      <MiningPicture
        label={view === 'scatter' ? words.scatterRules : words.graphRules}
        height={480}
        draw={draw}
        onPick={({ dataIndex }) => {
          const rule = view === 'scatter' ? rows[dataIndex] : undefined
          if (rule && can('customers.read'))
            onPick({
              selection: { rule: rule.no, holds: 'both' },
              name: words.bothOf(sideText(rule.left), sideText(rule.right)),
            })
        }}
      />
    </div>
  )
}
