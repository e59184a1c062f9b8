import { useRef, useState } from 'react'
import type { RuleDefinition, TrialSlice } from '../../../../src/opinion/subjects/subject-contract.ts'
import { tryRule } from './subject-calls.ts'

export interface Trial {
  state: 'idle' | 'running' | 'done' | 'stopped'
  sum: TrialSlice | undefined
  error: unknown
}

const added = (a: TrialSlice | undefined, b: TrialSlice): TrialSlice => {
  if (!a) return b
  const days = new Map(a.days.map((one) => [`${one.day} ${one.platform}`, { ...one }]))
  for (const one of b.days) {
    const same = days.get(`${one.day} ${one.platform}`)
    if (same) {
      same.matched += one.matched
      same.before += one.before
    } else days.set(`${one.day} ${one.platform}`, { ...one })
  }
  return {
    looked: a.looked + b.looked,
    total: Math.max(a.total, b.total),
    matched: a.matched + b.matched,
    disguised: a.disguised + b.disguised,
    gained: a.gained + b.gained,
    lost: a.lost + b.lost,
    days: [...days.values()],
    sample: [...a.sample, ...b.sample].slice(0, 200),
    next: b.next,
  }
}

/** Holds a draft against stored posts, slice by slice, until the end or until somebody stops it. */
export const useTrial = () => {
  const [trial, setTrial] = useState<Trial>({ state: 'idle', sum: undefined, error: undefined })
  const running = useRef<AbortController>(undefined)
  const start = async (given: {
    definition: RuleDefinition
    subjectId: number
    ruleId: number | null
    days: number
  }) => {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    let sum: TrialSlice | undefined
    setTrial({ state: 'running', sum, error: undefined })
    try {
      let next: string | null | undefined
      do {
        const slice: TrialSlice = await tryRule({ ...given, ...(next && { next }) }, control.signal)
        if (control.signal.aborted) return
        sum = added(sum, slice)
        next = slice.next
        setTrial({ state: next === null ? 'done' : 'running', sum, error: undefined })
      } while (next !== null)
    } catch (error) {
      if (!control.signal.aborted) setTrial({ state: 'stopped', sum, error })
    }
  }
  const stop = () => {
    running.current?.abort()
    setTrial((before) => ({ ...before, state: 'stopped' }))
  }
  return { trial, start, stop }
}
