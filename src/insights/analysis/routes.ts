import type { Route } from '#platform'

/** Questions about events: trends, funnels, retention, paths, sessions, attribution, intervals; reports and dashboards. */
export const analysisRoutes: readonly Route[] = []
