import type { Definition, SampleCondition } from './definition-contract.ts'

/** A condition that is no group: what is compared, asked or looked up. */
export type Leaf = Exclude<
  Definition,
  { all: Definition[] } | { any: Definition[] } | { not: Definition } | SampleCondition
>

/** Every condition with its path (`all.0.not`); of a sample, the sample itself and the conditions it is taken of. */
export const eachCondition = (
  definition: Definition,
  visit: (node: Leaf | SampleCondition, path: string) => void,
): void => {
  const walk = (node: Definition, path: string): void => {
    const below = (key: string) => `${path}${path && '.'}${key}`
    if ('all' in node) for (const [i, child] of node.all.entries()) walk(child, below(`all.${i}`))
    else if ('any' in node) for (const [i, child] of node.any.entries()) walk(child, below(`any.${i}`))
    else if ('not' in node) walk(node.not, below('not'))
    else {
      visit(node, path)
      if ('sample' in node) walk(node.sample.of, below('sample.of'))
    }
  }
  walk(definition, '')
}

const collected = (definition: Definition, pick: (node: Leaf | SampleCondition) => string | undefined): string[] => {
  const found = new Set<string>()
  eachCondition(definition, (node) => {
    const name = pick(node)
    if (name !== undefined) found.add(name)
  })
  return [...found]
}

/** Ids of the audiences that a definition names, each once. */
export const audiencesNamed = (definition: Definition): string[] =>
  collected(definition, (node) => ('audience' in node ? node.audience.toLowerCase() : undefined))

/** Ids of the lists that a definition names, each once. */
export const listsNamed = (definition: Definition): string[] =>
  collected(definition, (node) => ('list' in node ? node.list.toLowerCase() : undefined))

/** Keys of the tags that a definition compares or ranks by, each once. */
export const tagsNamed = (definition: Definition): string[] =>
  collected(definition, (node) => {
    if ('tag' in node) return node.tag
    return 'of' in node && 'tag' in node.of ? node.of.tag : undefined
  })
