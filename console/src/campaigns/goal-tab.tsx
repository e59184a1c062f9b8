import { InputNumber, Slider, Switch } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { EventField } from '../insights/event-field.tsx'
import { MomentInput } from '../ui/day-input.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import type { CampaignDefinition } from './campaign-shapes.ts'
import { Group } from './form-parts.tsx'
import { localInput, localInstant } from './local-moment.ts'
import type { DraftTools } from './use-campaign-draft.ts'

/** What success is, what may be spent, who is left alone, and when it runs. */
export const GoalTab = ({ tools }: { tools: DraftTools }) => (
  <div className="grid grid-main">
    <div className="stack-16">
      <GoalPanel tools={tools} />
      <HoldoutPanel tools={tools} />
      <ComplaintPanel tools={tools} />
    </div>
    <div className="stack-16">
      <BudgetPanel tools={tools} />
      <PeriodPanel tools={tools} />
    </div>
  </div>
)

type Optional = 'conversionValueFen' | 'startsAt' | 'endsAt'

/** The definition with a part that may be missing set, or taken out. */
const withPart = <K extends Optional>(
  definition: CampaignDefinition,
  part: K,
  value: CampaignDefinition[K] | undefined,
): CampaignDefinition => {
  const { [part]: _, ...rest } = definition
  return (value === undefined ? rest : { ...rest, [part]: value }) as CampaignDefinition
}

const GoalPanel = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const { draft, set, setDefinition, editable } = tools
  const { definition } = draft
  const { goal } = definition
  return (
    <Panel
      title={words.goal}
      note={words.goalHint}
      extra={
        <Switch
          aria-label={words.hasGoal}
          disabled={!editable}
          checked={goal !== null}
          onChange={(on) => setDefinition({ goal: on ? { event: '', withinDays: 7 } : null })}
        />
      }
    >
      {goal === null ? (
        <p className="muted">{words.goalNone}</p>
      ) : (
        <div className="stack-16">
          <Group label={words.goalEvent}>
            <fieldset className="j-bare" disabled={!editable}>
              <EventField value={goal} label={words.goalEvent} onChange={(next) => setDefinition({ goal: next })} />
            </fieldset>
          </Group>
          <div className="fields-2">
            <Field label={words.goalWithin}>
              <InputNumber
                style={{ width: '100%' }}
                suffix={words.daysUnit}
                min={1}
                max={180}
                precision={0}
                disabled={!editable}
                value={goal.withinDays}
                onChange={(withinDays) => setDefinition({ goal: { ...goal, withinDays: withinDays ?? 1 } })}
              />
            </Field>
            <Field label={words.conversionValue} hint={words.conversionValueHint}>
              <InputNumber
                style={{ width: '100%' }}
                prefix="¥"
                min={0}
                precision={2}
                disabled={!editable}
                value={definition.conversionValueFen === undefined ? null : definition.conversionValueFen / 100}
                onChange={(yuan) =>
                  set({
                    ...draft,
                    definition: withPart(
                      definition,
                      'conversionValueFen',
                      yuan === null ? undefined : Math.round(yuan * 100),
                    ),
                  })
                }
              />
            </Field>
          </div>
          <div className="row">
            <Switch
              aria-label={words.exitOnGoal}
              disabled={!editable}
              checked={definition.exitOnGoal}
              onChange={(exitOnGoal) => setDefinition({ exitOnGoal })}
            />
            <span>{words.exitOnGoal}</span>
          </div>
        </div>
      )}
    </Panel>
  )
}

const ComplaintPanel = ({ tools }: { tools: DraftTools }) => {
  const words = useText().campaigns
  const { draft, setDefinition, editable } = tools
  return (
    <Panel title={words.complaint} note={words.complaintHint}>
      <fieldset className="j-bare" disabled={!editable}>
        <EventField
          value={draft.definition.complaint}
          label={words.complaint}
          onChange={(complaint) => setDefinition({ complaint })}
        />
      </fieldset>
    </Panel>
  )
}

const HoldoutPanel = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns
  const { draft, setDefinition, editable } = tools
  const { holdout } = draft.definition
  return (
    <Panel title={words.holdout} note={words.holdoutHint}>
      <div className="stack-16">
        <div className="j-share j-holdout">
          <Slider
            min={0}
            max={50}
            disabled={!editable}
            value={Math.round(holdout * 100)}
            ariaLabelForHandle={words.holdout}
            tooltip={{ formatter: null }}
            marks={{ 0: '0%', 10: '10%', 20: '20%', 50: '50%' }}
            onChange={(percent) => setDefinition({ holdout: percent / 100 })}
          />
          <InputNumber
            aria-label={`${words.holdout} %`}
            suffix="%"
            min={0}
            max={50}
            disabled={!editable}
            value={Math.round(holdout * 1000) / 10}
            onChange={(percent) => setDefinition({ holdout: Math.round((percent ?? 0) * 10) / 1000 })}
          />
        </div>
        {draft.category === 'marketing' && holdout === 0 ? (
          <Notice tone="warn">{words.holdoutAdvice}</Notice>
        ) : (
          <p className="muted small">{words.holdoutText(format.share(holdout), format.share(1 - holdout))}</p>
        )}
      </div>
    </Panel>
  )
}

const BudgetPanel = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const { draft, set, setDefinition, editable } = tools
  const { budget } = draft.definition
  return (
    <Panel title={words.budget}>
      <div className="stack-16">
        <Field label={words.budgetCost}>
          <InputNumber
            style={{ width: '100%' }}
            prefix="¥"
            min={0}
            precision={2}
            placeholder={words.unlimited}
            disabled={!editable}
            value={budget.costFen === undefined ? null : budget.costFen / 100}
            onChange={(yuan) => {
              const { costFen: _, ...rest } = budget
              setDefinition({ budget: yuan === null ? rest : { ...rest, costFen: Math.round(yuan * 100) } })
            }}
          />
        </Field>
        <Field label={words.budgetSends}>
          <InputNumber
            style={{ width: '100%' }}
            min={0}
            precision={0}
            placeholder={words.unlimited}
            disabled={!editable}
            value={budget.sends ?? null}
            onChange={(sends) => {
              const { sends: _, ...rest } = budget
              setDefinition({ budget: sends === null ? rest : { ...rest, sends } })
            }}
          />
        </Field>
        <Field label={words.priority} hint={words.priorityHint}>
          <InputNumber
            style={{ width: '100%' }}
            min={1}
            max={100}
            precision={0}
            disabled={!editable}
            value={draft.priority}
            onChange={(priority) => set({ ...draft, priority: priority ?? 50 })}
          />
        </Field>
      </div>
    </Panel>
  )
}

const PeriodPanel = ({ tools }: { tools: DraftTools }) => {
  const t = useText()
  const words = t.campaigns
  const { draft, set, editable } = tools
  const { definition } = draft
  return (
    <Panel title={words.period}>
      <div className="stack-16">
        {(['startsAt', 'endsAt'] as const).map((part) => (
          <Field key={part} label={words[part]}>
            <MomentInput
              disabled={!editable}
              value={localInput(definition[part])}
              onChange={(moment) => set({ ...draft, definition: withPart(definition, part, localInstant(moment)) })}
            />
          </Field>
        ))}
        <p className="muted small">{words.periodHint}</p>
      </div>
    </Panel>
  )
}
