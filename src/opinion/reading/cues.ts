import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Folded, fold, foldedSpace, hashOf, type NGrams } from '../../models/in-threads.ts'
import { type Automaton, automatonOf, search } from '../subjects/automaton.ts'
import { concepts } from './concepts.ts'
import { senses } from './senses.ts'

/** A class this close behind a word of negation is another feature. Units. */
const negated = 4
/** A class counts like so many n-grams: one word stands for all that mean the same. */
const classWeight = 3
const mostNegations = 256

type Lists = Record<string, Record<string, string[]> | string[]>

const list = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'lexicon', `${name}.json`), 'utf8')) as Lists

/** Classes of words and the words of each: the lists of the lexicon, the concepts, then the senses. */
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
    ...Object.entries(senses).map(([name, words]): [string, string[]] => [`sense.${name}`, words.split(' ')]),
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

/** Adds cues to the features of texts: classes of words, and negated ones. Not to be shared by threads. */
export const cueReader = () => {
  held ??= compile()
  const { automaton, classes, lengths, hashes, negation } = held
  // Classes of this text, plain and negated: stamped with its turn, so that nothing is cleared between texts.
  const turns = new Uint32Array(hashes.length * 2)
  let turn = 0
  // Where words of negation end, ascending, for words come in the order of their ends.
  const ends = new Uint16Array(mostNegations)
  let negations = 0
  let into: NGrams | undefined
  const note = (word: number, last: number) => {
    if (!into) return
    const kind = classes[word] ?? 0
    const to = last + 1
    const from = to - (lengths[word] ?? 1)
    let no = 0
    for (let index = negations - 1; index >= 0 && from - (ends[index] ?? 0) <= negated; index--)
      if ((ends[index] ?? 0) <= from) no = 1
    if (kind === negation && negations < mostNegations) ends[negations++] = to
    if (turns[kind * 2 + no] === turn) return
    turns[kind * 2 + no] = turn
    const hash = no === 1 ? mix(hashes[kind] ?? 0, 77) : (hashes[kind] ?? 0)
    for (let copy = 1; copy <= classWeight && into.length < into.hashes.length; copy++) {
      into.hashes[into.length] = mix(hash, copy)
      into.starts[into.length] = from
      into.lengths[into.length] = Math.min(255, to - from)
      into.length++
    }
  }
  /** @param found n-grams of the folded text, appended to */
  return ({ units, length }: Folded, found: NGrams): void => {
    into = found
    negations = 0
    turn = (turn + 1) >>> 0
    search(automaton, units, length, note)
  }
}
