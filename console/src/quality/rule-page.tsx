import './quality.css'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Notice, Tabs, Tile } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { deleteRule, getFindings, getRule, getRuleHours, runRule } from './quality-calls.ts'
import type { Finding, Rule, RuleHours } from './quality-shapes.ts'
import { reasonText } from './reasons.ts'
import { RuleEditor } from './rule-editor.tsx'
import { useCheckText } from './rule-text.ts'

export const RulePage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/quality/rules/$id' })
  const rule = useQuery({
    queryKey: ['quality', 'rule', id],
    queryFn: ({ signal }) => getRule(id, signal),
    refetchInterval: ({ state }) =>
      state.data?.base?.state === 'queued' || state.data?.base?.state === 'running' ? 1_500 : false,
  })
  return rule.data ? (
    <Shown rule={rule.data} />
  ) : (
    <Page title={t.quality.tabs.rules} back={{ to: '/quality/rules', label: t.quality.tabs.rules }}>
      <Panel>
        <Loaded query={rule}>{() => null}</Loaded>
      </Panel>
    </Page>
  )
}

const Shown = ({ rule }: { rule: Rule }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const titles = useTraitTitles()
  const checkText = useCheckText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const [editing, setEditing] = useState(false)
  const [where, setWhere] = useState<'base' | 'arrival'>(rule.base ? 'base' : 'arrival')
  const running = rule.base?.state === 'queued' || rule.base?.state === 'running'
  const run = useMutation({
    mutationFn: () => runRule(rule.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['quality'] }),
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteRule(rule.id),
    onSuccess: async () => {
      await navigate({ to: '/quality/rules' })
      await client.invalidateQueries({ queryKey: ['quality', 'rules'] })
    },
    onError: fail,
  })
  return (
    <Page
      title={rule.name}
      back={{ to: '/quality/rules', label: t.quality.tabs.rules }}
      subtitle={
        <span className="row">
          {'trait' in rule.target ? titles(rule.target.trait) : `${rule.target.event} · ${rule.target.property}`} ·{' '}
          {checkText(rule.check)}
          <Badge tone={rule.severity === 'reject' ? 'warn' : 'plain'}>{t.quality.severities[rule.severity]}</Badge>
          {!rule.enabled && <Badge>{t.quality.disabled}</Badge>}
        </span>
      }
      actions={
        can('quality.write') && (
          <>
            <Button
              type="primary"
              icon={<Icon name="play" size={16} />}
              loading={run.isPending || running}
              onClick={() => run.mutate()}
            >
              {t.quality.runNow}
            </Button>
            <Button onClick={() => setEditing(true)}>{t.quality.editRule}</Button>
            <Popconfirm
              title={t.quality.deleteRuleSure}
              onConfirm={() => drop.mutate()}
              okButtonProps={{ danger: true }}
            >
              <Button danger loading={drop.isPending}>
                {t.quality.deleteRule}
              </Button>
            </Popconfirm>
          </>
        )
      }
    >
      <div className="stack-16">
        {rule.description !== '' && <Notice>{rule.description}</Notice>}
        {rule.base?.error && <Notice tone="bad">{rule.base.error}</Notice>}
        <div className="tiles">
          <Tile
            label={t.quality.arrived}
            value={format.count(rule.arrived.failed)}
            note={t.quality.share(format.count(rule.arrived.failed), format.count(rule.arrived.checked))}
          />
          <Tile
            label={t.quality.base}
            value={rule.base ? format.count(rule.base.failed) : '—'}
            note={
              rule.base ? (
                <>
                  {t.quality.share(format.count(rule.base.failed), format.count(rule.base.checked))} ·{' '}
                  <Ago at={rule.base.at} />
                </>
              ) : (
                t.quality.notRun
              )
            }
          />
          {rule.owner !== '' && <Tile label={t.quality.owner} value={rule.owner} />}
        </div>
        <BySource id={rule.id} />
        {can('customers.read') && (
          <Panel
            title={t.quality.findings}
            flush
            extra={
              where === 'base' &&
              'trait' in rule.target &&
              (rule.base?.failed ?? 0) > 0 && (
                <Link to="/quality/people" search={{ what: 'rule', rule: rule.id }}>
                  {t.quality.saveList}
                </Link>
              )
            }
          >
            <div className="panel-body">
              <Tabs
                label={t.quality.findings}
                value={where}
                onChange={setWhere}
                items={[
                  { key: 'base', label: t.quality.findingsOf.base },
                  { key: 'arrival', label: t.quality.findingsOf.arrival },
                ]}
              />
            </div>
            <Findings id={rule.id} where={where} run={rule.base?.run ?? 0} />
          </Panel>
        )}
      </div>
      {editing && <RuleEditor rule={rule} onClose={() => setEditing(false)} />}
    </Page>
  )
}

const BySource = ({ id }: { id: string }) => {
  const t = useText()
  const format = useFormats()
  const hours = useQuery({ queryKey: ['quality', 'hours', id], queryFn: ({ signal }) => getRuleHours(id, signal) })
  const rows = hours.data ? sumBySource(hours.data.items) : []
  if (rows.length === 0) return null
  return (
    <Panel title={t.quality.bySource} flush>
      <Table
        label={t.quality.bySource}
        rows={rows}
        rowKey={(row) => row.key}
        blank={null}
        columns={[
          {
            key: 'source',
            title: t.quality.source,
            card: 'lead',
            cell: (row) =>
              row.importId ? (
                <Link to="/imports/$id" params={{ id: row.importId }}>
                  {row.source ?? row.importId}
                </Link>
              ) : (
                (row.source ?? t.quality.unknownSource)
              ),
          },
          {
            key: 'share',
            title: t.quality.failing,
            align: 'right',
            cell: (row) => t.quality.share(format.count(row.failed), format.count(row.checked)),
          },
        ]}
      />
    </Panel>
  )
}

const sumBySource = (items: RuleHours['items']) => {
  const sums = new Map<
    string,
    { key: string; source: string | null; importId: string | null; checked: number; failed: number }
  >()
  for (const { source, importId, checked, failed } of items) {
    const key = importId ?? source ?? ''
    const held = sums.get(key) ?? { key, source, importId, checked: 0, failed: 0 }
    sums.set(key, { ...held, checked: held.checked + checked, failed: held.failed + failed })
  }
  return [...sums.values()].sort((a, b) => b.failed - a.failed)
}

const Findings = ({ id, where, run }: { id: string; where: 'base' | 'arrival'; run: number }) => {
  const t = useText()
  const findings = useInfiniteQuery({
    queryKey: ['quality', 'findings', id, where, run],
    queryFn: ({ signal, pageParam }) => getFindings(id, { where, limit: 50, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const place = (row: Finding) => {
    if (row.importId !== null)
      return (
        <Link to="/imports/$id" params={{ id: row.importId }}>
          {row.source ?? row.importId}
          {row.line !== null && ` · ${t.quality.line(String(row.line))}`}
        </Link>
      )
    return (
      <>
        {row.source ?? t.quality.unknownSource}
        {row.messageId !== null && (
          <div className="muted small wrap">
            {t.quality.message} <code>{row.messageId}</code>
          </div>
        )}
      </>
    )
  }
  return (
    <Loaded query={findings}>
      {({ pages }) => (
        <Table
          label={t.quality.findings}
          rows={pages.flatMap(({ items }) => items).map((item, index) => ({ ...item, index }))}
          rowKey={(row) => row.index}
          more={findings}
          blank={<Blank compact title={t.quality.noFindings} />}
          columns={[
            {
              key: 'value',
              title: t.quality.value,
              card: 'lead',
              cell: (row) => (
                <>
                  <span className="wrap">{row.value === '' ? t.quality.empty : row.value}</span>
                  <div className="muted small">{reasonText(t, row.reason)}</div>
                </>
              ),
            },
            {
              key: 'customer',
              title: t.quality.customer,
              fit: true,
              cell: (row) =>
                row.customer === null ? (
                  '—'
                ) : (
                  <Link to="/customers/$id" params={{ id: row.customer }}>
                    #{row.customer}
                  </Link>
                ),
            },
            { key: 'where', title: t.quality.where, cell: place },
            {
              key: 'fate',
              title: t.quality.fate,
              fit: true,
              card: 'wide',
              cell: (row) => row.rejected && <Badge tone="warn">{t.quality.rejected}</Badge>,
            },
            { key: 'at', title: t.quality.at, fit: true, cell: (row) => <Ago at={row.at} /> },
          ]}
        />
      )}
    </Loaded>
  )
}
