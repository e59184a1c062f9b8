import { useText } from '../i18n/text.ts'
import type { Check } from './quality-shapes.ts'

/** A requirement in words: 在范围内 18–70. */
export const useCheckText = () => {
  const t = useText()
  return (check: Check): string => {
    const name = t.quality.checks[check.kind]
    switch (check.kind) {
      case 'range':
      case 'length':
        if (check.max === undefined) return `${name} ≥ ${check.min}`
        return check.min === undefined ? `${name} ≤ ${check.max}` : `${name} ${check.min}–${check.max}`
      case 'pattern':
        return `${name} ${check.pattern}`
      case 'oneOf':
        return `${name} ${check.values.slice(0, 5).join(' / ')}${check.values.length > 5 ? ' …' : ''}`
      case 'format':
        return t.quality.formats[check.format]
      case 'compare':
        return `${t.quality.operators[check.operator]} ${check.other}`
      case 'fresh':
        return `${name} (${check.days} ${t.quality.days})`
      default:
        return name
    }
  }
}
