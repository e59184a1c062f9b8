import { copyOf, type Draft } from './draft.ts'
import { fromDefinition } from './draft-read.ts'
import { isComplete, parseRaw, toDefinition } from './draft-write.ts'

/** What was copied last, also when it is not filled in yet and the browser's clipboard cannot be read. */
let held: Draft | undefined

/** Keeps a condition or group for pasting here, and puts its definition on the clipboard for other windows and people. */
export const copyDraft = (draft: Draft): void => {
  held = draft
  // Without permission to write there the copy still works on these pages.
  if (isComplete(draft, false))
    navigator.clipboard?.writeText(JSON.stringify(toDefinition(draft), null, 2)).catch(() => undefined)
}

/** A definition as text, or else what was copied here. */
export const pastedDraft = (text: string): Draft | undefined => {
  const definition = parseRaw(text)
  if (definition) {
    const [only, ...others] = fromDefinition({ all: [definition] }).children
    if (only && others.length === 0) return only
  }
  return held && copyOf(held)
}
