/**
 * Finds many words in one pass: Aho and Corasick, "Efficient string matching", CACM 18 (1975). Transitions stand in one
 * hash table of integers, so that a hundred thousand words take some megabytes and no object is made while searching.
 */
export interface Automaton {
  /** Class of each UTF-16 unit; 0 stands in no word. */
  classes: Uint16Array
  root: Int32Array
  keys: Int32Array
  values: Int32Array
  mask: number
  width: number
  fail: Int32Array
  /** The nearest shorter state that ends a word, itself included; 0 for none. */
  ends: Int32Array
  /** Where the words of a state begin in `words`; those of state s end where s + 1 begins. */
  starts: Int32Array
  words: Int32Array
}

const slotOf = (key: number, mask: number) => (Math.imul(key, 0x9e3779b1) >>> 7) & mask

const step = (a: Automaton, state: number, unitClass: number): number => {
  const key = state * a.width + unitClass
  let slot = slotOf(key, a.mask)
  for (;;) {
    const found = a.keys[slot]
    if (found === key) return a.values[slot] ?? 0
    if (found === -1) return -1
    slot = (slot + 1) & a.mask
  }
}

/** @param words none empty; the same word may come more than once */
export const automatonOf = (words: readonly string[]): Automaton => {
  const classes = new Uint16Array(0x10000)
  let width = 1
  let units = 0
  for (const word of words)
    for (let i = 0; i < word.length; i++) {
      units += 1
      const unit = word.charCodeAt(i)
      if (classes[unit] === 0) classes[unit] = width++
    }
  const children = [new Map<number, number>()]
  const last = new Int32Array(words.length)
  for (const [index, word] of words.entries()) {
    let state = 0
    for (let i = 0; i < word.length; i++) {
      const unitClass = classes[word.charCodeAt(i)] ?? 0
      const at = children[state]
      let next = at?.get(unitClass)
      if (next === undefined) {
        next = children.length
        children.push(new Map())
        at?.set(unitClass, next)
      }
      state = next
    }
    last[index] = state
  }
  const states = children.length
  if (states * width >= 2 ** 31) throw new Error(`too many words to look for: ${units} characters`)
  let size = 16
  while (size < states * 2) size *= 2
  const made: Automaton = {
    classes,
    width,
    root: new Int32Array(width),
    keys: new Int32Array(size).fill(-1),
    values: new Int32Array(size),
    mask: size - 1,
    fail: new Int32Array(states),
    ends: new Int32Array(states),
    starts: new Int32Array(states + 1),
    words: new Int32Array(words.length),
  }
  for (const state of last) made.starts[state + 1] = (made.starts[state + 1] ?? 0) + 1
  for (let state = 0; state < states; state++)
    made.starts[state + 1] = (made.starts[state + 1] ?? 0) + (made.starts[state] ?? 0)
  const filled = made.starts.slice()
  for (const [index, state] of last.entries()) {
    const place = filled[state] ?? 0
    made.words[place] = index
    filled[state] = place + 1
  }
  for (const [state, at] of children.entries())
    for (const [unitClass, next] of at) {
      if (state === 0) made.root[unitClass] = next
      const key = state * width + unitClass
      let slot = slotOf(key, made.mask)
      while (made.keys[slot] !== -1) slot = (slot + 1) & made.mask
      made.keys[slot] = key
      made.values[slot] = next
    }
  const queue = [...(children[0]?.values() ?? [])]
  const endsWord = (state: number) => (made.starts[state + 1] ?? 0) > (made.starts[state] ?? 0)
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0
    const fail = made.fail[state] ?? 0
    made.ends[state] = endsWord(state) ? state : (made.ends[fail] ?? 0)
    for (const [unitClass, next] of children[state] ?? []) {
      made.fail[next] = follow(made, fail, unitClass)
      queue.push(next)
    }
  }
  return made
}

const follow = (a: Automaton, from: number, unitClass: number): number => {
  let state = from
  while (state !== 0) {
    const next = step(a, state, unitClass)
    if (next !== -1) return next
    state = a.fail[state] ?? 0
  }
  return a.root[unitClass] ?? 0
}

/**
 * Tells of every word found: its index and the place of its last unit.
 * @param length how many of `units` are the text
 */
export const search = (
  a: Automaton,
  units: Uint16Array,
  length: number,
  found: (word: number, lastPlace: number) => void,
): void => {
  const { classes, starts, words, ends, fail } = a
  let state = 0
  for (let place = 0; place < length; place++) {
    const unitClass = classes[units[place] ?? 0] ?? 0
    if (unitClass === 0) {
      state = 0
      continue
    }
    state = follow(a, state, unitClass)
    for (let end = ends[state] ?? 0; end !== 0; end = ends[fail[end] ?? 0] ?? 0) {
      const stop = starts[end + 1] ?? 0
      for (let i = starts[end] ?? 0; i < stop; i++) found(words[i] ?? 0, place)
    }
  }
}
