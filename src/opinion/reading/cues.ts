import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Folded, fold, foldedSpace, hashOf, type NGrams } from '../../models/in-threads.ts'
import { type Automaton, automatonOf, search } from '../subjects/automaton.ts'
import { concepts } from './concepts.ts'

/** Two classes of words this close, first to second, are a feature of their own. Units. */
const near = 14
/** A class this close behind a word of negation is another feature. Units. */
const negated = 4
/** A class counts like so many n-grams: one word stands for all that mean the same. */
const classWeight = 4
const pairWeight = 2
const mostHits = 96
/** Each word and its pairs with at most eleven before it are features: fewer than half of 2^12. */
const seenBits = 12

type Lists = Record<string, Record<string, string[]> | string[]>

const list = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'lexicon', `${name}.json`), 'utf8')) as Lists

/** Classes of words and the words of each: the lists of the lexicon, then the concepts. */
const classesOfWords = (): [name: string, words: string[]][] => {
  const flat = (name: string, lists: Lists) =>
    Object.entries(lists).flatMap(([key, lists]): [string, string[]][] =>
      Array.isArray(lists)
        ? [[`${name}.${key}`, lists]]
        : Object.entries(lists).map(([part, words]): [string, string[]] => [
            part === 'words' || part === 'disguised' ? `${name}.${key}` : `${name}.${key}.${part}`,
            words,
          ]),
    )
  return [
    ...flat('aspect', list('aspects')),
    ...flat('urgency', list('urgency')),
    ...flat('speaker', list('speakers')),
    ...flat('irony', list('irony')),
    ...flat('negation', list('negations')),
    ...Object.entries(concepts).map(([name, words]): [string, string[]] => [`concept.${name}`, words.split(' ')]),
  ]
}

const folded = foldedSpace()
/** A word as it stands in a folded text, without the spaces at either end. */
const foldedWord = (word: string): string => {
  const { units, length } = fold(word, folded)
  return String.fromCharCode(...units.subarray(1, length - 1))
}

interface Cues {
  automaton: Automaton
  /** Per word: its class and how many units it has. */
  classes: Int32Array
  lengths: Int32Array
  names: string[]
  hashes: Uint32Array
  negation: number
}

let held: Cues | undefined

const compile = (): Cues => {
  const names: string[] = []
  const seen = new Set<string>()
  const words: string[] = []
  const classes: number[] = []
  for (const [name, some] of classesOfWords()) {
    let index = names.indexOf(name)
    if (index < 0) index = names.push(name) - 1
    for (const word of some.map(foldedWord)) {
      // Single digits and signs would be found everywhere.
      if (word === '' || (word.length === 1 && /[0 %?]/.test(word) && name !== 'concept.question')) continue
      if (seen.has(`${index} ${word}`)) continue
      seen.add(`${index} ${word}`)
      words.push(word)
      classes.push(index)
    }
  }
  return {
    automaton: automatonOf(words),
    classes: Int32Array.from(classes),
    lengths: Int32Array.from(words, ({ length }) => length),
    names,
    hashes: Uint32Array.from(names, (name) => hashOf(`cue ${name}`)),
    negation: names.indexOf('negation.before'),
  }
}

const mix = (a: number, b: number) => {
  let hash = Math.imul(a ^ (b >>> 13), 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}

/** Adds cues to the features of texts: classes of words, negated ones, and pairs that stand close. Not to be shared by threads. */
export const cueReader = () => {
  held ??= compile()
  const { automaton, classes, lengths, hashes, negation } = held
  const kinds = new Int32Array(mostHits)
  const froms = new Int32Array(mostHits)
  const tos = new Int32Array(mostHits)
  // Features of this text: stamped with its turn, so that nothing is cleared between texts.
  const seen = new Uint32Array(1 << seenBits)
  const turns = new Uint32Array(1 << seenBits)
  let turn = 0
  let count = 0
  const note = (word: number, last: number) => {
    if (count === mostHits) return
    kinds[count] = classes[word] ?? 0
    froms[count] = last - (lengths[word] ?? 1) + 1
    tos[count] = last + 1
    count++
  }
  /** @param found n-grams of the folded text, appended to */
  return ({ units, length }: Folded, found: NGrams): void => {
    count = 0
    search(automaton, units, length, note)
    turn = (turn + 1) >>> 0
    const add = (hash: number, times: number, from: number, to: number) => {
      let place = Math.imul(hash, 0x9e3779b1) >>> (32 - seenBits)
      while (turns[place] === turn && seen[place] !== hash) place = (place + 1) & ((1 << seenBits) - 1)
      if (turns[place] === turn) return
      turns[place] = turn
      seen[place] = hash
      for (let copy = 0; copy < times && found.length < found.hashes.length; copy++) {
        found.hashes[found.length] = mix(hash, copy + 1)
        found.starts[found.length] = from
        found.lengths[found.length] = Math.min(255, to - from)
        found.length++
      }
    }
    for (let index = 0; index < count; index++) {
      const kind = kinds[index] ?? 0
      const from = froms[index] ?? 0
      const to = tos[index] ?? 0
      let no = false
      for (let before = index - 1; before >= 0 && before > index - 12; before--) {
        const other = kinds[before] ?? 0
        const gap = from - (tos[before] ?? 0)
        // Words come in the order of their ends: what stands before this one is farther still.
        if (gap > near) break
        if (other === negation && gap >= 0 && gap <= negated) no = true
        if (other === kind || gap < 0) continue
        add(mix(hashes[other] ?? 0, hashes[kind] ?? 0), pairWeight, froms[before] ?? 0, to)
      }
      add(no ? mix(hashes[kind] ?? 0, 77) : (hashes[kind] ?? 0), classWeight, from, to)
    }
  }
}
