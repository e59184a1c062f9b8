import type { SetRef } from './portrait-shapes.ts'

/** Audiences and lists in an address: `audience:ID,list:ID`. */
export const refsIn = (text: string | undefined): SetRef[] =>
  (text ?? '').split(',').flatMap((one): SetRef[] => {
    const [kind, id] = one.split(':')
    if (id === undefined || id === '') return []
    return kind === 'audience' ? [{ audience: id }] : kind === 'list' ? [{ list: id }] : []
  })

export const keyOf = (ref: SetRef): string => ('audience' in ref ? `audience:${ref.audience}` : `list:${ref.list}`)
export const textOf = (refs: readonly SetRef[]): string => refs.map(keyOf).join(',')
export const refOf = (key: string): SetRef | undefined => refsIn(key)[0]
