import { drawnExits, mainExit } from './journey-exits.ts'
import { inOrder, placesInto } from './journey-graph.ts'
import { startId } from './start-id.ts'
import type { JourneyEditor } from './use-journey-editor.ts'

const isWriting = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.closest('input, textarea, [contenteditable], .ant-select, .ant-modal') !== null

/**
 * Keys of the canvas and the list. Arrows go along the ways: down to what follows, up to what comes before, sideways to
 * the other exits of the step before.
 */
export const useCanvasKeys = (
  editor: JourneyEditor,
  undo: { undo: () => void; redo: () => void } | undefined,
): ((event: KeyboardEvent) => void) => {
  const { journey, chosen, editable } = editor
  const current = chosen.steps.at(-1)

  const follow = (): string | undefined => {
    if (chosen.start) return journey.start ?? undefined
    const step = current === undefined ? undefined : journey.steps[current]
    if (!step) return inOrder(journey)[0]
    return drawnExits(step).find(({ target }) => target)?.target ?? undefined
  }
  const before = (): string | undefined => {
    const [place] = current === undefined ? [] : placesInto(journey, current)
    return place === 'start' ? startId : place?.from
  }
  const beside = (by: 1 | -1): string | undefined => {
    const [place] = current === undefined ? [] : placesInto(journey, current)
    const step = place === undefined || place === 'start' ? undefined : journey.steps[place.from]
    const targets = step ? drawnExits(step).flatMap(({ target }) => target ?? []) : []
    return current === undefined ? undefined : targets[targets.indexOf(current) + by]
  }
  const go = (id: string | undefined) => {
    if (id === startId) editor.chooseStart()
    else if (id !== undefined) editor.choose([id])
  }
  const remove = () => {
    if (chosen.edge)
      editor.connect(chosen.edge, chosen.edge !== 'start' && chosen.edge.exit === 'onRefused' ? undefined : null)
    else editor.remove(chosen.steps)
    editor.clear()
  }
  const insert = () => {
    const step = current === undefined ? undefined : journey.steps[current]
    const exit = step && mainExit(step)
    if (chosen.edge) editor.setInserting(chosen.edge)
    else if (current !== undefined && exit) editor.setInserting({ from: current, exit })
    else if (chosen.start) editor.setInserting('start')
  }
  const plain = new Map<string, { act: () => void; edits: boolean }>([
    ['ArrowDown', { act: () => go(follow()), edits: false }],
    ['ArrowUp', { act: () => go(before()), edits: false }],
    ['ArrowLeft', { act: () => go(beside(-1)), edits: false }],
    ['ArrowRight', { act: () => go(beside(1)), edits: false }],
    ['Escape', { act: editor.clear, edits: false }],
    ['Delete', { act: remove, edits: true }],
    ['Backspace', { act: remove, edits: true }],
    ['+', { act: insert, edits: true }],
    ['Insert', { act: insert, edits: true }],
  ])
  const withControl = new Map<string, { act: () => void; edits: boolean }>([
    ['c', { act: () => editor.copy(chosen.steps), edits: false }],
    [
      'x',
      {
        act: () => {
          editor.copy(chosen.steps)
          editor.remove(chosen.steps)
        },
        edits: true,
      },
    ],
    ['v', { act: () => editor.paste(chosen.edge), edits: true }],
    ['a', { act: () => editor.choose(Object.keys(journey.steps)), edits: false }],
    ['z', { act: () => undo?.undo(), edits: true }],
    ['y', { act: () => undo?.redo(), edits: true }],
  ])
  /** A step that the tabulator came to. */
  const focused = ({ target }: KeyboardEvent): string | undefined => {
    const node = target instanceof HTMLElement && target.classList.contains('react-flow__node') ? target : undefined
    return node?.dataset.id
  }
  return (event) => {
    if (isWriting(event.target)) return
    const reached = focused(event)
    if (event.key === 'Enter' && reached !== undefined) {
      event.preventDefault()
      if (reached === startId) editor.chooseStart()
      else editor.choose([reached])
      // Into its form, once that is there.
      setTimeout(() => document.getElementById('j-step-name')?.focus(), 0)
      return
    }
    const control = event.ctrlKey || event.metaKey
    const key = control ? event.key.toLowerCase() : event.key
    const found = control ? withControl.get(key) : plain.get(key)
    if (!found || (found.edits && !editable)) return
    event.preventDefault()
    if (control && key === 'z' && event.shiftKey) undo?.redo()
    else found.act()
  }
}
