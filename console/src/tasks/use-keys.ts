import { useEffect, useRef } from 'react'

/** Whether the keyboard is at work in a field. */
const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/**
 * Single keys of a page, by their letter or digit. They rest while somebody types in a field or a dialog is open, except `save`
 * (Ctrl or Cmd + Enter).
 */
export const useKeys = (keys: Readonly<Record<string, () => void>>, save?: () => void): void => {
  const latest = useRef({ keys, save })
  latest.current = { keys, save }
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || document.querySelector('.ant-modal-wrap:not([style*="none"])'))
        return
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        return latest.current.save?.()
      }
      if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return
      const act = latest.current.keys[event.key.toLowerCase()]
      if (!act) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
