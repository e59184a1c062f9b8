import type { Route } from '#platform'

/** RFM, customer value, clusters and association rules. */
export const miningRoutes: readonly Route[] = []
