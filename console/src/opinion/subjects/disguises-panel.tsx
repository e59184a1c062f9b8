import { Button, Checkbox } from 'antd'
import { type Disguise, disguiseKinds, type RuleDefinition } from '../../../../src/opinion/subjects/subject-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'

const tones: Record<Disguise['risk'], Tone> = { low: 'good', some: 'warn', high: 'bad' }
const keyOf = ({ word, text }: Disguise) => `${word}\n${text}`

/** How names are disguised, each with a switch. */
export const DisguisesPanel = ({
  known,
  definition,
  onChange,
}: {
  known: readonly Disguise[]
  definition: RuleDefinition
  onChange: (variants: Disguise[]) => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.subjects
  const on = new Set(definition.variants.map(keyOf))
  const hasContext = (definition.context?.words.length ?? 0) > 0
  const set = (some: readonly Disguise[], wanted: boolean) => {
    const touched = new Set(some.map(keyOf))
    const rest = definition.variants.filter((one) => !touched.has(keyOf(one)))
    onChange(
      wanted
        ? [...rest, ...some.map(({ word, text, kind, risk, perMillion }) => ({ word, text, kind, risk, perMillion }))]
        : rest,
    )
  }
  return (
    <div className="disguises">
      {disguiseKinds.map((kind) => {
        const some = known.filter((one) => one.kind === kind)
        if (some.length === 0) return null
        const barred = kind === 'initials' && !hasContext
        return (
          <details key={kind} open={kind !== 'homophone' || some.length <= 12}>
            <summary>
              {words.disguiseKinds[kind]}{' '}
              <span className="muted small">
                {format.count(some.filter((one) => on.has(keyOf(one))).length)} / {format.count(some.length)}
              </span>
              <span className="row">
                <Button
                  size="small"
                  type="link"
                  disabled={barred}
                  onClick={(event) => {
                    event.preventDefault()
                    set(some, true)
                  }}
                >
                  {words.turnOn}
                </Button>
                <Button
                  size="small"
                  type="link"
                  onClick={(event) => {
                    event.preventDefault()
                    set(some, false)
                  }}
                >
                  {words.turnOff}
                </Button>
              </span>
            </summary>
            {barred && <p className="small muted">{words.initialsNeed}</p>}
            <ul>
              {some.map((one) => (
                <li
                  key={keyOf(one)}
                  title={one.perMillion === null ? '' : words.perMillion(format.decimal(one.perMillion))}
                >
                  <Checkbox
                    checked={on.has(keyOf(one))}
                    disabled={barred}
                    onChange={({ target }) => set([one], target.checked)}
                  >
                    <code>{one.text}</code>
                    <Badge tone={tones[one.risk]}>{words.risks[one.risk]}</Badge>
                  </Checkbox>
                </li>
              ))}
            </ul>
          </details>
        )
      })}
    </div>
  )
}
