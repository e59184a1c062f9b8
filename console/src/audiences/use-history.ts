import { useCallback, useState } from 'react'

/** Changes of one kind that follow each other faster than this are undone together: somebody is typing. */
const togetherMs = 600
const most = 200

interface Past<T> {
  before: readonly T[]
  now: T
  after: readonly T[]
  changedAt: number
}

/**
 * A state whose changes can be taken back.
 * @param isTyping whether a change may be part of writing something; adding, moving and removing stand for themselves
 */
export const useHistory = <T>(start: () => T, isTyping: (before: T, now: T) => boolean) => {
  const [past, setPast] = useState<Past<T>>(() => ({ before: [], now: start(), after: [], changedAt: 0 }))
  const set = useCallback(
    (now: T) => {
      const changedAt = performance.now()
      setPast((past) => {
        if (now === past.now) return past
        const quick = changedAt - past.changedAt < togetherMs && past.before.length > 0
        const typing = isTyping(past.now, now)
        const together = quick && typing
        return {
          before: together ? past.before : [...past.before, past.now].slice(-most),
          now,
          after: [],
          changedAt: typing ? changedAt : 0,
        }
      })
    },
    [isTyping],
  )
  const undo = useCallback(
    () =>
      setPast((past) => {
        const now = past.before.at(-1)
        return now === undefined
          ? past
          : { before: past.before.slice(0, -1), now, after: [past.now, ...past.after], changedAt: 0 }
      }),
    [],
  )
  const redo = useCallback(
    () =>
      setPast((past) => {
        const [now, ...after] = past.after
        return now === undefined ? past : { before: [...past.before, past.now], now, after, changedAt: 0 }
      }),
    [],
  )
  return { now: past.now, set, undo, redo, canUndo: past.before.length > 0, canRedo: past.after.length > 0 }
}
