import { Icon } from '../ui/icon.tsx'
import type { StepKind } from './campaign-shapes.ts'
import { groupOf, stepIcons } from './step-kinds.ts'

/** The sign of a kind of step, in the colour of its group. */
export const KindMark = ({ kind, size = 17 }: { kind: StepKind; size?: number }) => (
  <span className={`j-mark j-mark-${groupOf(kind)}`}>
    <Icon name={stepIcons[kind]} size={size} />
  </span>
)
