import { Button } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import type { Picked } from './mining-shapes.ts'

/** A count that leads to the people it counts, for those who may see them. */
export const PeopleButton = ({
  count,
  picked,
  onPick,
}: {
  count: number
  picked: Picked
  onPick: (picked: Picked) => void
}) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  if (count === 0 || !can('customers.read')) return <span className="num">{format.count(count)}</span>
  return (
    <Button type="link" size="small" aria-label={`${picked.name} ${t.mining.seePeople}`} onClick={() => onPick(picked)}>
      {format.count(count)}
    </Button>
  )
}
