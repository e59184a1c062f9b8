import './quality.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listRules, runRule } from './quality-calls.ts'
import type { Rule } from './quality-shapes.ts'
import { QualityTabs } from './quality-tabs.tsx'
import { RuleEditor } from './rule-editor.tsx'
import { useCheckText } from './rule-text.ts'

const isRunning = ({ base }: Rule) => base?.state === 'queued' || base?.state === 'running'

export const RulesPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const titles = useTraitTitles()
  const checkText = useCheckText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [creating, setCreating] = useState(false)
  const rules = useQuery({
    queryKey: ['quality', 'rules'],
    queryFn: ({ signal }) => listRules(signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? 1_500 : false),
  })
  const run = useMutation({
    mutationFn: runRule,
    onSettled: () => client.invalidateQueries({ queryKey: ['quality', 'rules'] }),
    onError: fail,
  })
  const create = can('quality.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setCreating(true)}>
      {t.quality.newRule}
    </Button>
  )
  const share = (checked: number, failed: number) =>
    checked === 0 ? (
      <span className="muted">—</span>
    ) : (
      <span className={failed > 0 ? 'strong' : ''}>{t.quality.share(format.count(failed), format.count(checked))}</span>
    )
  return (
    <Page title={t.quality.title} subtitle={t.quality.subtitle} actions={create}>
      <QualityTabs />
      <Panel flush>
        <Loaded query={rules}>
          {({ items }) => (
            <Table
              label={t.quality.tabs.rules}
              rows={items}
              rowKey={(row) => row.id}
              blank={
                <Blank icon="quality" title={t.quality.noRules} hint={t.quality.noRulesHint}>
                  {create}
                </Blank>
              }
              columns={[
                {
                  key: 'name',
                  title: t.quality.ruleName,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/quality/rules/$id" params={{ id: row.id }}>
                        {row.name}
                      </Link>
                      <div className="muted small">
                        {'trait' in row.target
                          ? titles(row.target.trait)
                          : `${row.target.event} · ${row.target.property}`}{' '}
                        · {checkText(row.check)}
                      </div>
                    </>
                  ),
                },
                {
                  key: 'severity',
                  title: t.quality.severity,
                  fit: true,
                  cell: (row) =>
                    row.enabled ? (
                      <Badge tone={row.severity === 'reject' ? 'warn' : 'plain'}>
                        {t.quality.severities[row.severity]}
                      </Badge>
                    ) : (
                      <Badge>{t.quality.disabled}</Badge>
                    ),
                },
                {
                  key: 'arrived',
                  title: t.quality.arrived,
                  align: 'right',
                  fit: true,
                  cell: (row) => share(row.arrived.checked, row.arrived.failed),
                },
                {
                  key: 'base',
                  title: t.quality.base,
                  align: 'right',
                  fit: true,
                  cell: (row) => {
                    if (isRunning(row))
                      return (
                        <Badge tone="teal" live>
                          {t.quality.running}
                        </Badge>
                      )
                    if (row.base?.state === 'failed') return <Badge tone="bad">{t.quality.runFailed}</Badge>
                    if (!row.base) return <span className="muted">{t.quality.notRun}</span>
                    return 'trait' in row.target && row.base.failed > 0 && can('customers.read') ? (
                      <Link to="/quality/people" search={{ what: 'rule', rule: row.id }}>
                        {share(row.base.checked, row.base.failed)}
                      </Link>
                    ) : (
                      share(row.base.checked, row.base.failed)
                    )
                  },
                },
                {
                  key: 'do',
                  title: t.ui.actions,
                  fit: true,
                  card: 'bare',
                  cell: (row) =>
                    can('quality.write') && (
                      <Button
                        size="small"
                        icon={<Icon name="play" size={14} />}
                        loading={run.isPending && run.variables === row.id}
                        disabled={isRunning(row)}
                        onClick={() => run.mutate(row.id)}
                      >
                        {t.quality.runNow}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {creating && <RuleEditor rule={undefined} onClose={() => setCreating(false)} />}
    </Page>
  )
}
