import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Drawer, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { type Platform, platforms } from '../../../../src/opinion/contract.ts'
import type {
  CheckedExpression,
  Rule,
  RuleDefinition,
  RuleException,
  SubjectDetail,
} from '../../../../src/opinion/subjects/subject-contract.ts'
import { nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { DisguisesPanel } from './disguises-panel.tsx'
import { ExpressionField } from './expression-field.tsx'
import { changeRule, createRule, ruleVersions } from './subject-calls.ts'
import { Tester } from './tester.tsx'

const emptyDefinition = (expression: string): RuleDefinition => ({
  expression,
  blackWords: [],
  context: null,
  exceptions: [],
  signs: true,
  spaces: true,
  variants: [],
})

const lines = (text: string) =>
  text
    .split(/[\n,，、]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Writes a rule, with its disguises, and tries it before it is in force. */
export const RuleDrawer = ({
  subject,
  rule,
  onClose,
}: {
  subject: SubjectDetail
  rule?: Rule
  onClose: () => void
}) => {
  const t = useText()
  const words = t.subjects
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [name, setName] = useState(rule?.name ?? subject.name)
  const [definition, setDefinition] = useState<RuleDefinition>(rule?.definition ?? emptyDefinition(subject.name))
  const [context, setContext] = useState(rule?.definition.context?.words.join('、') ?? '')
  const [black, setBlack] = useState(rule?.definition.blackWords.join('\n') ?? '')
  const [checked, setChecked] = useState<CheckedExpression>()
  /** Words whose usual disguises were already switched on: a new one brings its own, an old one keeps what was chosen. */
  const [met, setMet] = useState<ReadonlySet<string> | undefined>(rule ? undefined : new Set())
  const [reason, setReason] = useState('')
  const change = (part: Partial<RuleDefinition>) => setDefinition((before) => ({ ...before, ...part }))
  const ready = checked !== undefined && checked.error === null

  const onChecked = (found: CheckedExpression | undefined) => {
    setChecked(found)
    if (!found || found.error) return
    const known = new Set(found.words)
    setDefinition((before) => {
      const kept = before.variants.filter(({ word }) => known.has(word))
      const fresh = met
        ? found.disguises
            .filter(({ word, on }) => on && !met.has(word))
            .map(({ word, text, kind, risk, perMillion }) => ({ word, text, kind, risk, perMillion }))
        : []
      return { ...before, variants: [...kept, ...fresh] }
    })
    setMet(new Set([...(met ?? []), ...found.words]))
  }
  const save = useMutation({
    mutationFn: () =>
      rule
        ? changeRule(rule.id, { name, definition, reason, basedOn: rule.version })
        : createRule(subject.id, { name, definition, reason }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['opinion', 'subjects'] })
      void message.success(words.saved)
      onClose()
    },
    onError: fail,
  })
  return (
    <Drawer
      open
      onClose={onClose}
      title={rule ? words.editRule : words.newRule}
      size={Math.min(1120, window.innerWidth)}
      extra={
        <Button
          type="primary"
          disabled={!ready || name.trim() === ''}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {words.save}
        </Button>
      }
    >
      <div className="rule-editor">
        <div className="rule-form">
          <Field label={words.ruleName}>
            <Input value={name} maxLength={80} onChange={({ target }) => setName(target.value)} />
          </Field>
          <ExpressionField
            value={definition.expression}
            onChange={(expression) => change({ expression })}
            onChecked={onChecked}
          />
          <details className="rule-examples">
            <summary>{words.examples}</summary>
            {words.exampleList.map((example) => (
              <button
                key={example}
                type="button"
                className="link-button"
                onClick={() => change({ expression: example })}
              >
                <code>{example}</code>
              </button>
            ))}
          </details>
          <Field label={words.blackWords} hint={words.blackWordsHint}>
            <Input.TextArea
              autoSize={{ minRows: 1, maxRows: 6 }}
              value={black}
              onChange={({ target }) => {
                setBlack(target.value)
                change({ blackWords: lines(target.value) })
              }}
            />
          </Field>
          <Field label={words.context} hint={words.contextHint}>
            <Input
              value={context}
              onChange={({ target }) => {
                setContext(target.value)
                const said = lines(target.value)
                change({
                  context:
                    said.length > 0
                      ? {
                          words: said,
                          within: definition.context?.within ?? 0,
                          only: definition.context?.only ?? 'all',
                        }
                      : null,
                  ...(said.length === 0 && { variants: definition.variants.filter(({ kind }) => kind !== 'initials') }),
                })
              }}
            />
          </Field>
          {definition.context && (
            <div className="row">
              <Field label={words.contextWithin}>
                <InputNumber
                  min={0}
                  max={500}
                  value={definition.context.within}
                  onChange={(within) =>
                    definition.context && change({ context: { ...definition.context, within: within ?? 0 } })
                  }
                />
              </Field>
              <Field label={words.contextOnly}>
                <Select
                  value={definition.context.only}
                  onChange={(only: 'all' | 'risky') =>
                    definition.context && change({ context: { ...definition.context, only } })
                  }
                  options={[
                    { value: 'all', label: words.contextAll },
                    { value: 'risky', label: words.contextRisky },
                  ]}
                />
              </Field>
            </div>
          )}
          <Checkbox checked={definition.signs} onChange={({ target: { checked: signs } }) => change({ signs })}>
            {words.signs}
          </Checkbox>
          <Checkbox checked={definition.spaces} onChange={({ target: { checked: spaces } }) => change({ spaces })}>
            {words.spaces}
          </Checkbox>
          <section>
            <h3>{words.disguises}</h3>
            <p className="muted small">{words.disguisesHint}</p>
            <DisguisesPanel
              known={checked?.disguises ?? definition.variants}
              definition={definition}
              onChange={(variants) => change({ variants })}
            />
          </section>
          <Exceptions exceptions={definition.exceptions} onChange={(exceptions) => change({ exceptions })} />
          <Field label={words.reason}>
            <Input value={reason} maxLength={300} onChange={({ target }) => setReason(target.value)} />
          </Field>
          {rule && (
            <Versions
              rule={rule}
              onTake={(taken) => {
                setMet(undefined)
                setDefinition(taken)
                setContext(taken.context?.words.join('、') ?? '')
                setBlack(taken.blackWords.join('\n'))
              }}
            />
          )}
        </div>
        <aside className="rule-side">
          <h3>{words.tester}</h3>
          <Tester definition={definition} subjectId={subject.id} ruleId={rule?.id ?? null} ready={ready} />
        </aside>
      </div>
    </Drawer>
  )
}

const Exceptions = ({
  exceptions,
  onChange,
}: {
  exceptions: readonly RuleException[]
  onChange: (exceptions: RuleException[]) => void
}) => {
  const t = useText()
  const words = t.subjects
  const { language } = usePreferences()
  const change = (at: number, part: Partial<RuleException>) =>
    onChange(exceptions.map((one, i) => (i === at ? { ...one, ...part } : one)))
  return (
    <section>
      <h3>{words.exceptions}</h3>
      {keyed(exceptions).map(({ item, i, key }) => (
        <div key={key} className="rule-exception">
          <Select
            mode="multiple"
            aria-label={words.exceptionPlatforms}
            placeholder={words.exceptionPlatforms}
            value={item.platforms}
            onChange={(chosen: Platform[]) => change(i, { platforms: chosen })}
            options={platforms.map((value) => ({ value, label: nameIn(platformNames, value, language) }))}
          />
          <Checkbox checked={item.off} onChange={({ target: { checked: off } }) => change(i, { off })}>
            {words.exceptionOff}
          </Checkbox>
          {!item.off && (
            <>
              <Input
                className="mono"
                aria-label={words.exceptionExpression}
                placeholder={words.exceptionExpression}
                value={item.expression ?? ''}
                onChange={({ target }) => change(i, { expression: target.value || null })}
              />
              <Select
                mode="tags"
                aria-label={words.exceptionBlack}
                placeholder={words.exceptionBlack}
                value={item.blackWords}
                onChange={(blackWords: string[]) => change(i, { blackWords })}
                open={false}
              />
            </>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label={words.remove}
            onClick={() => onChange(exceptions.filter((_, at) => at !== i))}
          >
            <Icon name="trash" size={15} />
          </button>
        </div>
      ))}
      <Button
        size="small"
        onClick={() =>
          onChange([...exceptions, { platforms: [], sources: [], off: false, expression: null, blackWords: [] }])
        }
      >
        {words.addException}
      </Button>
    </section>
  )
}

const Versions = ({ rule, onTake }: { rule: Rule; onTake: (definition: RuleDefinition) => void }) => {
  const t = useText()
  const words = t.subjects
  const versions = useQuery({
    queryKey: ['opinion', 'subjects', 'rule', rule.id, rule.version],
    queryFn: ({ signal }) => ruleVersions(rule.id, signal),
  })
  return (
    <section>
      <h3>{words.versions}</h3>
      <Loaded query={versions} lines={2} compact>
        {({ items }) => (
          <ul className="rule-versions">
            {items.map((one) => (
              <li key={one.version}>
                <span>
                  {words.version(String(one.version))}{' '}
                  {one.version === rule.version && <Badge tone="good">{words.liveLine}</Badge>}
                </span>
                <code>{one.definition.expression}</code>
                <span className="muted small">
                  {words.by(one.by)} <Ago at={one.at} /> {one.reason}
                </span>
                {one.version !== rule.version && (
                  <Button size="small" type="link" onClick={() => onTake(one.definition)}>
                    {words.restore}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  )
}
