import type { Condition } from '../../../../src/opinion/grading/policy-contract.ts'
import {
  aspectNames,
  authorClassNames,
  platformNames,
  speakerNames,
  urgencyNames,
} from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { kindName } from './policy-words.ts'

const tables = {
  authorClass: authorClassNames,
  urgency: urgencyNames,
  aspect: aspectNames,
  speaker: speakerNames,
  platform: platformNames,
} as const
export type ListFact = keyof typeof tables | 'subjectKind'

/** Values a list condition may name, with what they are called. */
export const useListOptions = (): ((fact: ListFact) => { value: string; label: string }[]) => {
  const t = useText()
  const { language } = usePreferences()
  return (fact) => {
    if (fact === 'subjectKind')
      return Object.keys(t.grading.subjectKinds).map((value) => ({ value, label: kindName(t, value) }))
    const names: Readonly<Record<string, readonly [string, string]>> = tables[fact]
    return Object.entries(names).map(([value, [zh, en]]) => ({ value, label: language === 'zh' ? zh : en }))
  }
}

/** A condition in words. */
export const useConditionText = (): ((condition: Condition) => string) => {
  const t = useText()
  const words = t.grading
  const options = useListOptions()
  return (condition) => {
    const name = words.facts[condition.fact]
    if ('anyOf' in condition) {
      const known = options(condition.fact)
      const said = condition.anyOf.map((value) => known.find((one) => one.value === value)?.label ?? value)
      return `${name} ${words.anyOf} ${said.join('、')}`
    }
    if ('is' in condition) return `${name} ${condition.is ? words.yes : words.no}`
    const parts = [
      condition.atLeast === undefined ? undefined : `${words.atLeast} ${condition.atLeast}`,
      condition.atMost === undefined ? undefined : `${words.atMost} ${condition.atMost}`,
    ].filter(Boolean)
    return `${name} ${parts.join('，')}`
  }
}
