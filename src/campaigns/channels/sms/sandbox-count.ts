import { createHash } from 'node:crypto'

/** A message that the sandbox took, as a provider would have sent it. */
export interface Taken {
  /** What the provider calls it. */
  ref: string
  /** The caller's mark of the message, or of its request and the number. */
  key: string
  number: string
  /** What was sent: the text, or template and variables. */
  content: string
  at: number
  state: 'accepted' | 'delivered' | 'failed'
  code: string
  reportedAt: number | undefined
}

export interface Counts {
  requests: number
  messages: number
  /** Keys that came more than once, and how many messages too many. */
  repeatedKeys: number
  /** Numbers that were sent the same content more than once. */
  repeatedTexts: number
  numbers: number
  keys: number
  refused: number
}

export interface Ledger {
  take(message: { key: string; number: string; content: string; at: number }): Taken
  request(): void
  refuse(): void
  has(key: string): boolean
  byKey(key: string): Taken | undefined
  ofNumber(number: string): readonly Taken[]
  counts(): Counts
  /** Numbers and keys that came more than once, for whoever looks for the fault. */
  repeated(): { keys: string[]; numbers: string[] }
  clear(): void
}

/**
 * Counts what was sent. 16 bytes of a hash stand for a text that was sent to a number, so a million messages take some 300 MB less
 * than with their texts.
 */
export const openLedger = (): Ledger => {
  const keys = new Map<string, Taken>()
  const numbers = new Map<string, Taken[]>()
  const texts = new Map<string, number>()
  const keyRepeats = new Map<string, number>()
  let serial = 0
  let [requests, messages, refused] = [0, 0, 0]
  return {
    take: ({ key, number, content, at }) => {
      messages += 1
      serial += 1
      const taken: Taken = {
        ref: `${serial}^0`,
        key,
        number,
        content,
        at,
        state: 'accepted',
        code: '',
        reportedAt: undefined,
      }
      if (keys.has(key)) keyRepeats.set(key, (keyRepeats.get(key) ?? 0) + 1)
      else keys.set(key, taken)
      const held = numbers.get(number)
      if (held) held.push(taken)
      else numbers.set(number, [taken])
      const text = createHash('md5').update(`${number}\n${content}`).digest('base64')
      texts.set(text, (texts.get(text) ?? 0) + 1)
      return taken
    },
    request: () => void requests++,
    refuse: () => void refused++,
    has: (key) => keys.has(key),
    byKey: (key) => keys.get(key),
    ofNumber: (number) => numbers.get(number) ?? [],
    counts: () => ({
      requests,
      messages,
      repeatedKeys: [...keyRepeats.values()].reduce((sum, more) => sum + more, 0),
      repeatedTexts: [...texts.values()].reduce((sum, times) => sum + times - 1, 0),
      numbers: numbers.size,
      keys: keys.size,
      refused,
    }),
    repeated: () => ({
      keys: [...keyRepeats.keys()].slice(0, 20),
      numbers: [...numbers]
        .filter(([, list]) => list.length > 1)
        .map(([number]) => number)
        .slice(0, 20),
    }),
    clear: () => {
      keys.clear()
      numbers.clear()
      texts.clear()
      keyRepeats.clear()
      ;[requests, messages, refused] = [0, 0, 0]
    },
  }
}
