import { Button, Input, InputNumber, Select, Slider } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import { ConditionField } from './condition-dialog.tsx'
import { Group, TagSelect, TraitSelect } from './form-parts.tsx'
import { evenShares, withShare } from './shares.ts'
import type { StepFormProps } from './step-form-waits.tsx'

/** Forms of the steps at which ways part. */

const ArmHead = ({
  name,
  at,
  of,
  least,
  disabled,
  onName,
  onMove,
  onRemove,
}: {
  name: string
  at: number
  of: number
  least: number
  disabled: boolean
  onName: (name: string) => void
  onMove?: (to: number) => void
  onRemove: () => void
}) => {
  const t = useText()
  const { form } = t.campaigns
  return (
    <div className="j-arm-head">
      <Input
        aria-label={`${form.armLabel} ${at + 1}`}
        maxLength={60}
        disabled={disabled}
        status={name.trim() === '' ? 'warning' : ''}
        value={name}
        onChange={(event) => onName(event.target.value)}
      />
      {!disabled && (
        <span className="j-arm-tools">
          {onMove && (
            <button
              type="button"
              className="icon-button"
              aria-label={form.moveUp}
              title={form.moveUp}
              disabled={at === 0}
              onClick={() => onMove(at - 1)}
            >
              <Icon name="up" size={15} />
            </button>
          )}
          {onMove && (
            <button
              type="button"
              className="icon-button"
              aria-label={form.moveDown}
              title={form.moveDown}
              disabled={at === of - 1}
              onClick={() => onMove(at + 1)}
            >
              <Icon name="down" size={15} />
            </button>
          )}
          <button
            type="button"
            className="icon-button danger"
            aria-label={t.ui.remove}
            title={t.ui.remove}
            disabled={of <= least}
            onClick={onRemove}
          >
            <Icon name="trash" size={15} />
          </button>
        </span>
      )}
    </div>
  )
}

const moved = <A,>(list: readonly A[], from: number, to: number): A[] => {
  const taken = list[from]
  return taken === undefined ? [...list] : list.toSpliced(from, 1).toSpliced(to, 0, taken)
}
const changed = <A extends object>(list: readonly A[], at: number, change: Partial<A>): A[] =>
  list.map((one, i) => (i === at ? { ...one, ...change } : one))

/** A name that no other arm has. */
const freshName = (names: readonly { name: string }[], word: (at: number) => string): string => {
  let at = names.length
  while (names.some(({ name }) => name === word(at))) at += 1
  return word(at)
}

export const BranchForm = ({ step, disabled, onChange }: StepFormProps<'branch'>) => {
  const t = useText()
  const { form } = t.campaigns
  const setArms = (arms: typeof step.arms) => onChange({ ...step, arms })
  return (
    <Group label={form.arms} hint={form.armsHint}>
      {step.arms.map((arm, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an arm is its place
        <div key={at} className="j-arm">
          <ArmHead
            name={arm.name}
            at={at}
            of={step.arms.length}
            least={1}
            disabled={disabled}
            onName={(name) => setArms(changed(step.arms, at, { name }))}
            onMove={(to) => setArms(moved(step.arms, at, to))}
            onRemove={() => setArms(step.arms.toSpliced(at, 1))}
          />
          <ConditionField
            title={form.conditionTitle(arm.name)}
            value={arm.when}
            disabled={disabled}
            onChange={(when) => setArms(changed(step.arms, at, { when }))}
          />
        </div>
      ))}
      {!disabled && step.arms.length < 10 && (
        <Button
          size="small"
          icon={<Icon name="plus" size={14} />}
          onClick={() =>
            setArms([...step.arms, { name: freshName(step.arms, form.armName), when: { all: [] }, next: null }])
          }
        >
          {form.addArm}
        </Button>
      )}
    </Group>
  )
}

type SharedArm = StepFormProps<'split'>['step']['arms'][number]

const ShareArms = ({
  arms,
  disabled,
  onChange,
}: {
  arms: readonly SharedArm[]
  disabled: boolean
  onChange: (arms: SharedArm[]) => void
}) => {
  const t = useText()
  const format = useFormats()
  const { form } = t.campaigns
  const sum = arms.reduce((sum, { share }) => sum + share, 0)
  return (
    <Group label={form.shares}>
      <div className="j-share-bar" aria-hidden="true">
        {arms.map(({ share }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an arm is its place
          <span key={at} style={{ flexGrow: share }} />
        ))}
      </div>
      {arms.map((arm, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an arm is its place
        <div key={at} className="j-arm">
          <ArmHead
            name={arm.name}
            at={at}
            of={arms.length}
            least={2}
            disabled={disabled}
            onName={(name) => onChange(changed(arms, at, { name }))}
            onRemove={() => onChange(evenShares(arms.toSpliced(at, 1)))}
          />
          <div className="j-share">
            <Slider
              min={1}
              max={100 - (arms.length - 1)}
              disabled={disabled}
              value={Math.round(arm.share * 100)}
              ariaLabelForHandle={`${arm.name} ${form.shares}`}
              tooltip={{ formatter: null }}
              onChange={(percent) => onChange(withShare(arms, at, percent / 100))}
            />
            <InputNumber
              aria-label={`${arm.name} %`}
              suffix="%"
              min={0.01}
              max={100}
              disabled={disabled}
              value={Math.round(arm.share * 10_000) / 100}
              onChange={(percent) => onChange(withShare(arms, at, (percent ?? 1) / 100))}
            />
          </div>
        </div>
      ))}
      <div className="row row-between">
        {disabled ? (
          <span />
        ) : (
          <span className="row">
            <Button
              size="small"
              disabled={arms.length >= 10}
              icon={<Icon name="plus" size={14} />}
              onClick={() =>
                onChange(evenShares([...arms, { name: freshName(arms, form.armName), share: 0, next: null }]))
              }
            >
              {form.addArm}
            </Button>
            <Button size="small" type="text" onClick={() => onChange(evenShares(arms))}>
              {form.evenly}
            </Button>
          </span>
        )}
        <span className={`small ${Math.abs(sum - 1) < 1e-9 ? 'muted' : 'bad-text'}`}>
          {form.sharesSum(format.share(sum))}
        </span>
      </div>
    </Group>
  )
}

export const SplitForm = ({ step, disabled, onChange }: StepFormProps<'split'>) => (
  <ShareArms arms={step.arms} disabled={disabled} onChange={(arms) => onChange({ ...step, arms })} />
)

export const ExperimentForm = ({ step, disabled, onChange }: StepFormProps<'experiment'>) => {
  const { form } = useText().campaigns
  return (
    <>
      <ShareArms arms={step.arms} disabled={disabled} onChange={(arms) => onChange({ ...step, arms })} />
      <Field label={form.experimentKey} hint={form.experimentKeyHint}>
        <Input
          className="mono"
          maxLength={40}
          disabled={disabled}
          status={/^[a-zA-Z0-9_-]{1,40}$/.test(step.key) ? '' : 'warning'}
          value={step.key}
          onChange={(event) => onChange({ ...step, key: event.target.value })}
        />
      </Field>
    </>
  )
}

export const BestForm = ({ step, disabled, onChange }: StepFormProps<'best'>) => {
  const t = useText()
  const { form } = t.campaigns
  const setArms = (arms: typeof step.arms) => onChange({ ...step, arms })
  return (
    <Group label={form.arms}>
      {step.arms.map((arm, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an arm is its place
        <div key={at} className="j-arm">
          <ArmHead
            name={arm.name}
            at={at}
            of={step.arms.length}
            least={2}
            disabled={disabled}
            onName={(name) => setArms(changed(step.arms, at, { name }))}
            onMove={(to) => setArms(moved(step.arms, at, to))}
            onRemove={() => setArms(step.arms.toSpliced(at, 1))}
          />
          <div className="j-score">
            <Select
              aria-label={form.score}
              disabled={disabled}
              value={'trait' in arm.score ? 'trait' : 'tag'}
              onChange={(of: 'trait' | 'tag') =>
                setArms(changed(step.arms, at, { score: of === 'trait' ? { trait: '' } : { tag: '' } }))
              }
              options={[
                { value: 'tag', label: form.scoreTag },
                { value: 'trait', label: form.scoreTrait },
              ]}
            />
            {'trait' in arm.score ? (
              <TraitSelect
                types={['number', 'integer']}
                value={arm.score.trait}
                label={form.scoreTrait}
                disabled={disabled}
                onChange={(trait) => setArms(changed(step.arms, at, { score: { trait } }))}
              />
            ) : (
              <TagSelect
                numeric
                value={arm.score.tag}
                label={form.scoreTag}
                disabled={disabled}
                onChange={(tag) => setArms(changed(step.arms, at, { score: { tag } }))}
              />
            )}
          </div>
        </div>
      ))}
      {!disabled && step.arms.length < 10 && (
        <Button
          size="small"
          icon={<Icon name="plus" size={14} />}
          onClick={() =>
            setArms([...step.arms, { name: freshName(step.arms, form.armName), score: { tag: '' }, next: null }])
          }
        >
          {form.addArm}
        </Button>
      )}
    </Group>
  )
}
