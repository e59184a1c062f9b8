import { ApiProblem } from '../api.ts'
import type { Text } from './text.ts'

/** What went wrong, in the reader's language. An unknown code shows the server's English title. */
export const problemText = (t: Text, error: unknown): string => {
  if (!(error instanceof ApiProblem)) return t.problems['console.broken']
  const seconds = error.detail.retryAfterSeconds
  if (error.code === 'platform.lockedOut' && typeof seconds === 'number') return t.signIn.lockedOut(seconds)
  const known: Readonly<Record<string, string>> = t.problems
  return known[error.code] ?? error.title
}

/** The part of a problem that names what exactly was wrong, when the server said so. */
export const problemParticulars = (error: unknown): string | undefined => {
  if (!(error instanceof ApiProblem)) return undefined
  const parts = Object.entries(error.detail)
    .filter(([name]) => !['instance', 'requestId', 'retryAfterSeconds', 'where'].includes(name))
    .map(([name, value]) => (name === 'text' || name === 'issues' ? show(value) : `${name}: ${show(value)}`))
  return parts.length === 0 ? undefined : parts.join(' · ')
}

const show = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(show).join('; ')
  if (typeof value !== 'object' || value === null) return String(value)
  // One fault of a form: where, and what is wrong there.
  if ('path' in value && 'message' in value) return [value.path, value.message].filter(Boolean).join(' ')
  return JSON.stringify(value)
}
