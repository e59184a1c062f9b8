/** The ten roles of a consumer-finance company that sign in. */
export const roles = [
  'admin',
  'marketer',
  'analyst',
  'risk',
  'aml',
  'pr',
  'legal',
  'service',
  'compliance',
  'auditor',
] as const
export type Role = (typeof roles)[number]

/**
 * Who may do what: the one table. A route names its permission beside its path; `docs/permissions.md` is made from both.
 * `admin` runs the system and is deliberately not given the customers' unmasked data.
 */
export const permissions = {
  'overview.read': ['admin', 'marketer', 'analyst', 'risk', 'aml', 'pr', 'legal', 'service', 'compliance', 'auditor'],
  'customers.read': ['admin', 'marketer', 'analyst', 'risk', 'aml', 'legal', 'service', 'compliance', 'auditor'],
  'customers.unmask': ['risk', 'aml', 'service', 'compliance', 'legal'],
  'customers.write': ['admin', 'service', 'compliance'],
  'customers.merge': ['admin', 'service', 'compliance'],
  'customers.export': ['admin', 'marketer', 'analyst', 'compliance'],
  'dictionary.write': ['admin', 'analyst'],
  'imports.read': ['admin', 'marketer', 'analyst', 'compliance', 'auditor'],
  'imports.write': ['admin', 'marketer', 'analyst'],
  'sources.read': ['admin', 'marketer', 'analyst', 'compliance', 'auditor'],
  'sources.write': ['admin'],
  'audiences.read': ['admin', 'marketer', 'analyst', 'risk', 'pr', 'legal', 'service', 'compliance', 'auditor'],
  'audiences.write': ['admin', 'marketer', 'analyst', 'risk'],
  'audiences.export': ['admin', 'marketer', 'analyst', 'compliance'],
  'quality.read': ['admin', 'marketer', 'analyst', 'risk', 'service', 'compliance', 'auditor'],
  'quality.write': ['admin', 'analyst'],
  'tags.read': ['admin', 'marketer', 'analyst', 'risk', 'pr', 'legal', 'service', 'compliance', 'auditor'],
  'tags.write': ['admin', 'marketer', 'analyst', 'risk'],
  'tags.review': ['admin', 'legal', 'compliance'],
  'tags.sql': ['admin', 'analyst'],
  'insights.read': ['admin', 'marketer', 'analyst', 'risk', 'pr', 'legal', 'service', 'compliance', 'auditor'],
  'insights.write': ['admin', 'marketer', 'analyst', 'risk', 'pr'],
  'consents.read': ['admin', 'marketer', 'analyst', 'legal', 'service', 'compliance', 'auditor'],
  'consents.write': ['service', 'compliance'],
  'notices.write': ['legal', 'compliance'],
  'exclusions.read': ['admin', 'risk', 'legal', 'service', 'compliance', 'auditor'],
  'exclusions.write': ['risk', 'service', 'compliance'],
  'content.read': ['admin', 'marketer', 'analyst', 'pr', 'legal', 'service', 'compliance', 'auditor'],
  'content.write': ['legal', 'compliance'],
  'reviews.read': ['admin', 'marketer', 'pr', 'legal', 'compliance', 'auditor'],
  'reviews.decide': ['legal', 'compliance'],
  'reviews.opinion': ['compliance'],
  'offers.read': ['admin', 'marketer', 'analyst', 'risk', 'legal', 'service', 'compliance', 'auditor'],
  'offers.write': ['admin', 'marketer', 'risk'],
  'creatives.read': ['admin', 'marketer', 'analyst', 'pr', 'legal', 'service', 'compliance', 'auditor'],
  'creatives.write': ['admin', 'marketer', 'pr'],
  'campaigns.read': ['admin', 'marketer', 'analyst', 'risk', 'pr', 'legal', 'service', 'compliance', 'auditor'],
  'campaigns.write': ['admin', 'marketer'],
  'campaigns.run': ['admin', 'marketer', 'compliance'],
  'limits.read': ['admin', 'marketer', 'analyst', 'risk', 'legal', 'service', 'compliance', 'auditor'],
  'limits.write': ['compliance'],
  'channels.read': ['admin', 'marketer', 'compliance', 'auditor'],
  'channels.write': ['admin'],
  'tasks.read': ['admin', 'marketer', 'service', 'compliance', 'auditor'],
  'tasks.work': ['service'],
  'slots.decide': ['admin'],
  'users.read': ['admin', 'compliance', 'auditor'],
  'users.write': ['admin'],
  'keys.read': ['admin', 'auditor'],
  'keys.write': ['admin'],
  'jobs.read': ['admin', 'auditor'],
  'jobs.write': ['admin'],
  'audit.read': ['admin', 'compliance', 'legal', 'auditor'],
  'system.read': ['admin', 'auditor'],
  'system.write': ['admin'],
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof permissions
export const permissionNames = Object.keys(permissions) as Permission[]

/** All permissions that one of `held` roles carries. */
export const permissionsOf = (held: readonly Role[]): Set<Permission> =>
  new Set(permissionNames.filter((name) => (permissions[name] as readonly Role[]).some((role) => held.includes(role))))
