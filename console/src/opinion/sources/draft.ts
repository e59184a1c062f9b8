import type {
  FieldMap,
  NewSource,
  SourceConfig,
  SourceKind,
  SourceView,
} from '../../../../src/opinion/sources/sources-contract.ts'
import { filledMap } from './map-editor.tsx'

/** What the editor holds. Pure. */

export type Draft = NewSource

const fetched = { url: '', auth: { type: 'none' as const }, hotList: '', dateFormat: 'auto', zone: 'Asia/Shanghai' }

/** Settings of a kind before anybody filled them in. */
export const emptyConfig = (kind: SourceKind): SourceConfig => {
  switch (kind) {
    case 'feed':
      return { kind, ...fetched }
    case 'json':
      return {
        kind,
        ...fetched,
        itemsAt: '',
        map: { guid: 'id', url: 'url', title: 'title', text: 'content', publishedAt: 'created_at' },
        paging: { by: 'none' },
      }
    case 'page':
      return { kind, ...fetched, item: 'li', map: { url: 'a@href', title: 'a', publishedAt: 'time@datetime | time' } }
    case 'mailbox':
      return { kind, host: '', port: 993, security: 'tls', user: '', mailbox: 'INBOX', only: [] }
    case 'webhook':
      return { kind, signed: false, map: {}, itemsAt: '', dateFormat: 'auto', zone: 'Asia/Shanghai' }
    case 'files':
      return { kind, preset: 'auto', map: {}, dateFormat: 'auto', zone: 'Asia/Shanghai' }
  }
}

export const emptyDraft = (): Draft => ({
  name: '',
  platform: 'news',
  postKind: 'post',
  config: emptyConfig('feed'),
  timetable: { everyMinutes: 10, cron: '', active: null },
  politeness: { requestsPerMinute: 12, robots: true },
  terms: { basis: 'public', note: '', evidenceDays: 180, sampling: '' },
  on: true,
})

export const draftOf = ({ name, platform, postKind, config, timetable, politeness, terms, on }: SourceView): Draft => ({
  name,
  platform,
  postKind,
  config,
  timetable,
  politeness,
  terms,
  on,
})

/** As it is sent: rows of a mapping without a place are left out. */
export const sent = (draft: Draft, secret: string): NewSource => ({
  ...draft,
  config: 'map' in draft.config ? { ...draft.config, map: filledMap(draft.config.map) } : draft.config,
  ...(secret !== '' && { secret }),
})

export const mapOf = (config: SourceConfig): FieldMap => ('map' in config ? config.map : {})

/** Whether enough is filled in to ask. */
export const canTry = ({ config }: Draft): boolean =>
  'url' in config
    ? /^https?:\/\/\S+$/.test(config.url)
    : config.kind === 'mailbox' && config.host !== '' && config.user !== ''

export const canSave = (draft: Draft): boolean =>
  draft.name.trim() !== '' &&
  draft.terms.note.trim().length >= 4 &&
  (canTry(draft) || draft.config.kind === 'webhook' || draft.config.kind === 'files')
