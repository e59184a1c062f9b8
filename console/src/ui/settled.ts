import { useEffect, useState } from 'react'

/** The value, once it has stayed the same for a while: what is being typed is not yet a question. */
export const useSettled = <T>(value: T, delayMs: number): T => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs)
    return () => clearTimeout(timer)
  }, [value, delayMs])
  return settled
}
