import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select } from 'antd'
import type { LevelClock, LevelContract } from '../../../../src/opinion/grading/policy-contract.ts'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { type Documents, getVersions } from './grading-calls.ts'
import { LevelMark } from './level-mark.tsx'
import { PolicyShell } from './policy-shell.tsx'
import { TargetInput, targetText, useTargets } from './targets.tsx'

const clockKinds = ['acknowledge', 'act', 'statement', 'close', 'regulator'] as const
const targets = ['owner', 'deputy', 'manager'] as const
const signers = ['pr', 'legal', 'compliance', 'admin'] as const

const usePlans = (): { value: string; label: string }[] => {
  const plans = useQuery({
    queryKey: ['opinion', 'policy', 'plan'],
    queryFn: ({ signal }) => getVersions('plan', signal),
  })
  return (plans.data?.versions ?? [])
    .filter(({ state }) => state === 'inForce')
    .map(({ key, document }) => ({
      value: key,
      label: typeof document['title'] === 'string' ? document['title'] : key,
    }))
}

/** What each level binds: people, clocks, plan, sign-offs. */
export const LevelsTab = () => (
  <PolicyShell
    kind="contracts"
    view={(document) => <Contracts document={document} />}
    edit={(document, onChange) => <ContractsEdit document={document} onChange={onChange} />}
  />
)

const Contracts = ({ document }: { document: Documents['contracts'] }) => {
  const t = useText()
  const words = t.grading
  const known = useTargets()
  const plans = usePlans()
  return (
    <div className="level-grid">
      {document.contracts.map((contract) => (
        <Panel key={contract.level} title={<LevelMark level={contract.level} />}>
          <table className="clock-table" aria-label={words.levels[contract.level]}>
            <thead>
              <tr>
                <th scope="col">{words.clock}</th>
                <th scope="col">{words.due}</th>
                <th scope="col">{words.escalate}</th>
              </tr>
            </thead>
            <tbody>
              {contract.clocks.map((clock) => (
                <tr key={clock.kind} title={clock.source}>
                  <th scope="row">{words.clocks[clock.kind]}</th>
                  <td>
                    {words.minutes(clock.dueMinutes)}
                    <div className="muted small">{words.runsOf[clock.runs]}</div>
                  </td>
                  <td>{words.minutes(clock.escalateMinutes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <dl className="facts">
            {targets.map((name) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{words[name]}</dt>
                <dd>{targetText(t, known, contract[name])}</dd>
              </div>
            ))}
            <dt>{words.plan}</dt>
            <dd>
              {contract.plan
                ? (plans.find(({ value }) => value === contract.plan)?.label ?? contract.plan)
                : words.noPlan}
            </dd>
            <dt>{words.signOffs}</dt>
            <dd>{contract.signOffs.map((role) => words.roles[role]).join('、') || words.noSignOffs}</dd>
            {contract.regulator && (
              <>
                <dt>{words.regulator}</dt>
                <dd className="wrap">
                  {contract.regulator.authority}
                  <div className="muted small">{contract.regulator.rule}</div>
                </dd>
              </>
            )}
          </dl>
        </Panel>
      ))}
    </div>
  )
}

const ContractsEdit = ({
  document,
  onChange,
}: {
  document: Documents['contracts']
  onChange: (document: Documents['contracts']) => void
}) => {
  const t = useText()
  const words = t.grading
  const plans = usePlans()
  const set = (at: number, next: Partial<LevelContract>) =>
    onChange({ contracts: document.contracts.map((one, i) => (i === at ? { ...one, ...next } : one)) })
  return (
    <>
      <p className="muted small">{words.runsNote}</p>
      {document.contracts.map((contract, at) => {
        const clock = (kind: LevelClock['kind'], next: Partial<LevelClock>) =>
          set(at, { clocks: contract.clocks.map((one) => (one.kind === kind ? { ...one, ...next } : one)) })
        const missing = clockKinds.filter((kind) => !contract.clocks.some((one) => one.kind === kind))
        return (
          <Panel key={contract.level} title={<LevelMark level={contract.level} />}>
            <div className="stack-16">
              {targets.map((name) => (
                <Field key={name} label={words[name]}>
                  <TargetInput
                    label={words[name]}
                    value={contract[name]}
                    onChange={(target) => set(at, { [name]: target })}
                  />
                </Field>
              ))}
              {contract.clocks.map((one) => (
                <div key={one.kind} className="rule-edit">
                  <div className="row row-between">
                    <span className="strong">{words.clocks[one.kind]}</span>
                    {one.kind !== 'acknowledge' && (
                      <Button
                        size="small"
                        type="text"
                        aria-label={`${words.removeClock} ${words.clocks[one.kind]}`}
                        icon={<Icon name="trash" size={14} />}
                        onClick={() => set(at, { clocks: contract.clocks.filter(({ kind }) => kind !== one.kind) })}
                      />
                    )}
                  </div>
                  <div className="row">
                    <Field label={words.dueMinutes}>
                      <InputNumber
                        min={1}
                        aria-label={`${words.levels[contract.level]} ${words.clocks[one.kind]} ${words.dueMinutes}`}
                        value={one.dueMinutes}
                        onChange={(value) =>
                          clock(one.kind, {
                            dueMinutes: value ?? 1,
                            escalateMinutes: Math.max(value ?? 1, one.escalateMinutes),
                          })
                        }
                      />
                    </Field>
                    <Field label={words.escalateMinutes}>
                      <InputNumber
                        min={one.dueMinutes}
                        aria-label={`${words.levels[contract.level]} ${words.clocks[one.kind]} ${words.escalateMinutes}`}
                        value={one.escalateMinutes}
                        onChange={(value) => clock(one.kind, { escalateMinutes: value ?? one.dueMinutes })}
                      />
                    </Field>
                    <Field label={words.runs}>
                      <Select
                        aria-label={words.runs}
                        style={{ width: 120 }}
                        value={one.runs}
                        onChange={(runs) => clock(one.kind, { runs })}
                        options={(['work', 'always'] as const).map((value) => ({ value, label: words.runsOf[value] }))}
                      />
                    </Field>
                  </div>
                  <Field label={words.source}>
                    <Input
                      maxLength={500}
                      aria-label={words.source}
                      value={one.source}
                      onChange={(event) => clock(one.kind, { source: event.target.value })}
                    />
                  </Field>
                </div>
              ))}
              {missing[0] && (
                <Select
                  aria-label={words.addClock}
                  placeholder={words.addClock}
                  style={{ width: 200 }}
                  value={null}
                  onChange={(kind: LevelClock['kind'] | null) =>
                    kind &&
                    set(at, {
                      clocks: [
                        ...contract.clocks,
                        { kind, dueMinutes: 60, escalateMinutes: 90, runs: 'work', source: '' },
                      ],
                    })
                  }
                  options={missing.map((value) => ({ value, label: words.clocks[value] }))}
                />
              )}
              <div className="row">
                <Field label={words.plan}>
                  <Select
                    allowClear
                    aria-label={words.plan}
                    placeholder={words.noPlan}
                    style={{ minWidth: 200 }}
                    {...(contract.plan !== null && { value: contract.plan })}
                    onChange={(plan?: string) => set(at, { plan: plan ?? null })}
                    options={plans}
                  />
                </Field>
                <Field label={words.signOffs}>
                  <Select
                    mode="multiple"
                    aria-label={words.signOffs}
                    style={{ minWidth: 200 }}
                    value={contract.signOffs}
                    onChange={(signOffs: LevelContract['signOffs']) => set(at, { signOffs })}
                    options={signers.map((value) => ({ value, label: words.roles[value] }))}
                  />
                </Field>
              </div>
              {contract.regulator && (
                <>
                  <Field label={words.regulator}>
                    <Input
                      maxLength={60}
                      aria-label={words.regulator}
                      value={contract.regulator.authority}
                      onChange={(event) =>
                        set(at, { regulator: { rule: contract.regulator?.rule ?? '', authority: event.target.value } })
                      }
                    />
                  </Field>
                  <Field label={words.regulatorRule}>
                    <Input
                      maxLength={500}
                      aria-label={words.regulatorRule}
                      value={contract.regulator.rule}
                      onChange={(event) =>
                        set(at, {
                          regulator: { authority: contract.regulator?.authority ?? '', rule: event.target.value },
                        })
                      }
                    />
                  </Field>
                </>
              )}
            </div>
          </Panel>
        )
      })}
    </>
  )
}
