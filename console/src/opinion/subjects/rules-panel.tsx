import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm, Switch } from 'antd'
import { useState } from 'react'
import type { Rule, SubjectDetail } from '../../../../src/opinion/subjects/subject-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Notice } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank } from '../../ui/states.tsx'
import { RuleDrawer } from './rule-drawer.tsx'
import { changeRule, deleteRule } from './subject-calls.ts'

/** Rules of a subject with what they find. */
export const RulesPanel = ({ subject }: { subject: SubjectDetail }) => {
  const t = useText()
  const words = t.subjects
  const can = useCan()
  const [editing, setEditing] = useState<Rule | 'new'>()
  const add = can('opinion.write') && (
    <Button
      size="small"
      type={subject.rulesList.length === 0 ? 'primary' : 'default'}
      onClick={() => setEditing('new')}
    >
      {words.addRule}
    </Button>
  )
  return (
    <Panel title={words.rules} extra={add}>
      {subject.rulesList.length === 0 ? (
        <Blank compact icon="search" title={words.noRules} />
      ) : (
        <ul className="rules">
          {subject.rulesList.map((rule) => (
            <RuleLine key={rule.id} rule={rule} onEdit={() => setEditing(rule)} />
          ))}
        </ul>
      )}
      {editing && (
        <RuleDrawer
          key={editing === 'new' ? 'new' : editing.id}
          subject={subject}
          {...(editing !== 'new' && { rule: editing })}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Panel>
  )
}

/** Long enough to say that a rule finds nothing. */
const silentAfterMs = 30 * 86_400_000

const RuleLine = ({ rule, onEdit }: { rule: Rule; onEdit: () => void }) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const settle = () => client.invalidateQueries({ queryKey: ['opinion', 'subjects'] })
  const turn = useMutation({
    mutationFn: (on: boolean) => changeRule(rule.id, { on, basedOn: rule.version }),
    onSuccess: settle,
    onError: fail,
  })
  const drop = useMutation({ mutationFn: () => deleteRule(rule.id), onSuccess: settle, onError: fail })
  const { definition } = rule
  const silent = rule.on && rule.hits30d === 0 && Date.now() - new Date(rule.appliedAt).getTime() > silentAfterMs
  return (
    <li className="rule">
      <div className="rule-head">
        <strong>{rule.name}</strong>
        <Badge tone={rule.on ? 'good' : 'plain'}>{rule.on ? words.on : words.off}</Badge>
        <span className="muted small">
          {words.version(String(rule.version))} · {words.appliedSince(format.dayHour(rule.appliedAt))} ·{' '}
          {rule.changedBy}
        </span>
        {can('opinion.write') && (
          <span className="row rule-tools">
            <Switch
              size="small"
              aria-label={words.on}
              checked={rule.on}
              loading={turn.isPending}
              onChange={(on) => turn.mutate(on)}
            />
            <Button size="small" icon={<Icon name="edit" size={14} />} onClick={onEdit}>
              {words.edit}
            </Button>
            <Popconfirm
              title={words.removeRule}
              okText={words.remove}
              cancelText={t.ui.cancel}
              onConfirm={() => drop.mutate()}
            >
              <button type="button" className="icon-button" aria-label={words.removeRule}>
                <Icon name="trash" size={15} />
              </button>
            </Popconfirm>
          </span>
        )}
      </div>
      <code className="rule-expression">{definition.expression}</code>
      <div className="row small muted">
        <span>{words.hits(format.count(rule.hits24h), format.count(rule.hits30d))}</span>
        {rule.disguised30d > 0 && <span>{words.disguisedHits(format.count(rule.disguised30d))}</span>}
        <span>
          {words.lastHit} {rule.lastHitAt ? <Ago at={rule.lastHitAt} /> : words.never}
        </span>
        {definition.variants.length > 0 && (
          <span>
            {words.disguises} {format.count(definition.variants.length)}
          </span>
        )}
        {definition.context && (
          <span>
            {words.context} {definition.context.words.slice(0, 4).join('、')}
          </span>
        )}
        {definition.blackWords.length > 0 && (
          <span>
            {words.blackWords} {definition.blackWords.slice(0, 4).join('、')}
          </span>
        )}
      </div>
      {silent && <Notice tone="warn">{words.silent}</Notice>}
    </li>
  )
}
