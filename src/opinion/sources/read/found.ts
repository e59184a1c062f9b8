import type { AuthorClass, Complaint, HotListPlace, Platform, PostKind } from '../../contract.ts'

/** One thing as a reader found it, before the door: texts may be markup, counts and times as they were written. */
export interface Found {
  guid?: string | undefined
  url?: string | undefined
  title?: string | undefined
  text?: string | undefined
  published?: unknown
  author?:
    | { id?: string | undefined; name?: string | undefined; class?: AuthorClass | undefined; followers?: unknown }
    | undefined
  likes?: unknown
  comments?: unknown
  reposts?: unknown
  views?: unknown
  parentGuid?: string | undefined
  rootGuid?: string | undefined
  platform?: Platform | undefined
  kind?: PostKind | undefined
  complaint?: Partial<Complaint> | undefined
  hotList?: Partial<HotListPlace> | undefined
}

/** What came is none of what the reader reads. */
export class NotReadable extends Error {}

/** More than this of one fetch is not taken: a flood. */
export const mostItems = 2_000
