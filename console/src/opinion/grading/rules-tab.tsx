import { InputNumber } from 'antd'
import { scoreParts } from '../../../../src/opinion/grading/policy-contract.ts'
import { aspectNames, nameIn } from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Field, Panel } from '../../ui/page.tsx'
import { Blank } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { useConditionText } from './condition-text.ts'
import type { Documents } from './grading-calls.ts'
import { LevelMark } from './level-mark.tsx'
import { PolicyShell } from './policy-shell.tsx'
import { kindName } from './policy-words.ts'
import { RuleEdit, RulesAdd } from './rule-edit.tsx'
import { Trial } from './trial.tsx'

type Rules = Documents['grading']

/** The table of levels and the weights of the score. */
export const RulesTab = () => (
  <PolicyShell
    kind="grading"
    view={(document) => <View document={document} />}
    edit={(document, onChange) => <Edit document={document} onChange={onChange} />}
  />
)

const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): K[] => Object.keys(record) as K[]

const View = ({ document }: { document: Rules }) => {
  const t = useText()
  const words = t.grading
  const { language } = usePreferences()
  const said = useConditionText()
  return (
    <div className="stack-16">
      <Panel flush title={words.table}>
        <div className="panel-body">
          <p className="muted small">{words.tableNote}</p>
        </div>
        <Table
          label={words.table}
          rows={document.rules}
          rowKey={({ id }) => id}
          blank={<Blank compact title={words.noRuleHeld} />}
          columns={[
            { key: 'name', title: words.rule, card: 'lead', cell: (row) => <span className="strong">{row.name}</span> },
            {
              key: 'when',
              title: words.when,
              cell: (row) => <span className="wrap">{row.all.map(said).join('；')}</span>,
            },
            { key: 'level', title: words.level, fit: true, cell: (row) => <LevelMark level={row.level} /> },
          ]}
        />
        {document.caps.length > 0 && (
          <div className="panel-body muted small">
            {document.caps
              .map(({ subjectKind, level }) => words.capOf(kindName(t, subjectKind), words.levels[level]))
              .join('；')}
          </div>
        )}
      </Panel>
      <Panel title={words.weights}>
        <p className="muted small">{words.weightsNote}</p>
        <div className="weight-grid">
          <span>
            {words.bias} <strong>{document.bias}</strong>
          </span>
          {scoreParts.map((part) => (
            <span key={part}>
              {words.parts[part]} <strong>{document.weights[part]}</strong>
            </span>
          ))}
        </div>
        <h3 className="grade-sub">{words.aspectWeights}</h3>
        <div className="weight-grid">
          {keysOf(aspectNames).map((aspect) => (
            <span key={aspect}>
              {nameIn(aspectNames, aspect, language)} <strong>{document.aspectWeights[aspect]}</strong>
            </span>
          ))}
        </div>
      </Panel>
    </div>
  )
}

const Edit = ({ document, onChange }: { document: Rules; onChange: (rules: Rules) => void }) => {
  const t = useText()
  const words = t.grading
  const { language } = usePreferences()
  return (
    <>
      <Trial document={document} />
      <Panel title={words.table}>
        <div className="stack-16">
          <p className="muted small">{words.tableNote}</p>
          {document.rules.map((rule) => (
            <RuleEdit
              key={rule.id}
              rule={rule}
              onChange={(next) =>
                onChange({ ...document, rules: document.rules.map((one) => (one.id === rule.id ? next : one)) })
              }
              onRemove={() => onChange({ ...document, rules: document.rules.filter(({ id }) => id !== rule.id) })}
            />
          ))}
          <RulesAdd onAdd={(rule) => onChange({ ...document, rules: [...document.rules, rule] })} />
        </div>
      </Panel>
      <Panel title={words.weights}>
        <p className="muted small">{words.weightsNote}</p>
        <div className="weight-grid">
          <Field label={words.bias}>
            <InputNumber
              step={0.1}
              min={-20}
              max={20}
              aria-label={words.bias}
              value={document.bias}
              onChange={(bias) => onChange({ ...document, bias: bias ?? 0 })}
            />
          </Field>
          {scoreParts.map((part) => (
            <Field key={part} label={words.parts[part]}>
              <InputNumber
                step={0.1}
                min={-10}
                max={10}
                aria-label={words.parts[part]}
                value={document.weights[part]}
                onChange={(value) => onChange({ ...document, weights: { ...document.weights, [part]: value ?? 0 } })}
              />
            </Field>
          ))}
        </div>
        <h3 className="grade-sub">{words.aspectWeights}</h3>
        <div className="weight-grid">
          {keysOf(aspectNames).map((aspect) => (
            <Field key={aspect} label={nameIn(aspectNames, aspect, language)}>
              <InputNumber
                step={0.1}
                min={0}
                max={1}
                aria-label={nameIn(aspectNames, aspect, language)}
                value={document.aspectWeights[aspect]}
                onChange={(value) =>
                  onChange({ ...document, aspectWeights: { ...document.aspectWeights, [aspect]: value ?? 0 } })
                }
              />
            </Field>
          ))}
        </div>
      </Panel>
    </>
  )
}
