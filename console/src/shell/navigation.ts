import type { LinkProps } from '@tanstack/react-router'
import type { Permission, Role } from '../../../src/platform/permissions.ts'
import type { Text } from '../i18n/text.ts'
import type { IconName } from '../ui/icon.tsx'

export interface Place {
  to: NonNullable<LinkProps['to']>
  icon: IconName
  name: (t: Text) => string
  /** Who may not do this does not see it. */
  can: Permission
  /** Beginnings of other addresses that belong to this place. */
  also?: readonly string[]
}

export type PlaceGroupKey = 'customers' | 'knowing' | 'marketing' | 'opinion' | 'compliance' | 'system'

export interface PlaceGroup {
  key: PlaceGroupKey
  places: readonly Place[]
  /** Whose daily work this is: open for them until they close it. Without it: open for everybody. */
  openFor?: readonly Role[]
}

export const overviewPlace: Place = { to: '/', icon: 'overview', name: (t) => t.nav.overview, can: 'overview.read' }

export const placeGroups: readonly PlaceGroup[] = [
  {
    key: 'customers',
    places: [
      {
        to: '/customers',
        icon: 'customers',
        name: (t) => t.nav.customers,
        can: 'customers.read',
        also: ['/conflicts'],
      },
      { to: '/quality', icon: 'quality', name: (t) => t.quality.title, can: 'quality.read' },
      { to: '/matching', icon: 'merge', name: (t) => t.matching.title, can: 'customers.read' },
      { to: '/imports', icon: 'imports', name: (t) => t.nav.imports, can: 'imports.read' },
      { to: '/sources', icon: 'sources', name: (t) => t.nav.sources, can: 'sources.read' },
    ],
  },
  {
    key: 'knowing',
    places: [
      { to: '/audiences', icon: 'audiences', name: (t) => t.nav.audiences, can: 'audiences.read' },
      {
        to: '/lists',
        icon: 'lists',
        name: (t) => t.portraits.lists.title,
        can: 'audiences.read',
        also: ['/lookalikes'],
      },
      { to: '/tags', icon: 'tags', name: (t) => t.tags.title, can: 'tags.read', also: ['/texts'] },
      { to: '/portraits', icon: 'portraits', name: (t) => t.portraits.title, can: 'audiences.read' },
      { to: '/insights', icon: 'insights', name: (t) => t.insights.title, can: 'insights.read' },
      { to: '/mining', icon: 'mining', name: (t) => t.mining.title, can: 'insights.read' },
    ],
  },
  {
    key: 'marketing',
    places: [
      { to: '/campaigns', icon: 'campaign', name: (t) => t.campaigns.title, can: 'campaigns.read' },
      { to: '/creatives', icon: 'creative', name: (t) => t.creatives.title, can: 'creatives.read' },
      { to: '/offers', icon: 'offer', name: (t) => t.offers.title, can: 'offers.read' },
      { to: '/reviews', icon: 'review', name: (t) => t.reviews.title, can: 'reviews.read' },
      { to: '/tasks', icon: 'phone', name: (t) => t.tasks.title, can: 'tasks.read' },
      { to: '/refusals', icon: 'failed', name: (t) => t.refusals.report, can: 'campaigns.read' },
      { to: '/ad-audiences', icon: 'upload', name: (t) => t.adAudiences.title, can: 'campaigns.read' },
      { to: '/channels', icon: 'branch', name: (t) => t.channels.title, can: 'channels.read' },
    ],
  },
  // Public opinion: from what comes in, over events and incidents, to reports.
  {
    key: 'opinion',
    openFor: ['pr', 'legal', 'service'],
    places: [
      { to: '/opinion/wall', icon: 'auto', name: (t) => t.wall.nav, can: 'opinion.read' },
      { to: '/opinion/events', icon: 'flag', name: (t) => t.events.title, can: 'opinion.read' },
      { to: '/opinion/posts', icon: 'message', name: (t) => t.posts.title, can: 'opinion.read' },
      { to: '/opinion/subjects', icon: 'eye', name: (t) => t.subjects.title, can: 'opinion.read' },
      { to: '/opinion/incidents', icon: 'jobs', name: (t) => t.incidents.title, can: 'opinion.read' },
      { to: '/opinion/statements', icon: 'creative', name: (t) => t.statements.title, can: 'opinion.read' },
      { to: '/opinion/tickets', icon: 'tags', name: (t) => t.tickets.title, can: 'opinion.read' },
      { to: '/opinion/facts', icon: 'dictionary', name: (t) => t.facts.title, can: 'opinion.read' },
      { to: '/opinion/reports', icon: 'content', name: (t) => t.opinionReports.title, can: 'opinion.read' },
      {
        to: '/opinion/drills',
        icon: 'flask',
        name: (t) => t.drills.title,
        can: 'opinion.read',
        also: ['/opinion/scenarios'],
      },
      { to: '/opinion/reviews', icon: 'trophy', name: (t) => t.opinionReview.title, can: 'opinion.read' },
      { to: '/opinion/awareness', icon: 'insights', name: (t) => t.awareness.title, can: 'opinion.read' },
      { to: '/opinion/labels', icon: 'check', name: (t) => t.opinionReading.title, can: 'opinion.read' },
      { to: '/opinion/models', icon: 'flask', name: (t) => t.opinionReading.modelsTitle, can: 'opinion.read' },
      { to: '/opinion/hot-lists', icon: 'event', name: (t) => t.opinionSources.hotLists, can: 'opinion.read' },
      { to: '/opinion/sources', icon: 'sources', name: (t) => t.opinionSources.title, can: 'opinion.read' },
      { to: '/opinion/evidence', icon: 'lock', name: (t) => t.opinionSources.evidenceTitle, can: 'opinion.read' },
    ],
  },
  {
    key: 'compliance',
    openFor: ['legal', 'compliance', 'auditor', 'service', 'risk'],
    places: [
      { to: '/consents', icon: 'consent', name: (t) => t.consents.title, can: 'consents.read' },
      {
        to: '/exclusions',
        icon: 'exclusion',
        name: (t) => t.consents.exclusionsTitle,
        can: 'exclusions.read',
        also: ['/do-not-contact'],
      },
      { to: '/limits', icon: 'clock', name: (t) => t.limits.title, can: 'limits.read' },
      { to: '/content', icon: 'content', name: (t) => t.content.title, can: 'content.read' },
    ],
  },
  {
    key: 'system',
    openFor: ['admin', 'auditor', 'compliance'],
    places: [
      { to: '/system/users', icon: 'users', name: (t) => t.nav.users, can: 'users.read' },
      { to: '/system/keys', icon: 'key', name: (t) => t.nav.keys, can: 'keys.read' },
      { to: '/system/dictionary', icon: 'dictionary', name: (t) => t.nav.dictionary, can: 'customers.read' },
      { to: '/system/jobs', icon: 'jobs', name: (t) => t.nav.jobs, can: 'jobs.read' },
      { to: '/system/audit', icon: 'audit', name: (t) => t.nav.audit, can: 'audit.read' },
      { to: '/system/doctor', icon: 'doctor', name: (t) => t.nav.doctor, can: 'system.read' },
    ],
  },
]

/** Whether an address lies in a place: the place itself, a page below it, or one that belongs to it. */
export const liesIn = (path: string, { to, also = [] }: Place): boolean =>
  [to as string, ...also].some((start) => path === start || (start !== '/' && path.startsWith(`${start}/`)))
