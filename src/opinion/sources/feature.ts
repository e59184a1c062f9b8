import type { Ctx } from '#platform'
import { lookAtHealth } from './health.ts'
import { startSources } from './runner.ts'

export { sourcesHealth } from './health.ts'
export { sourceJobs, sourceRoutes } from './routes.ts'
export { mountPosts } from './webhook.ts'

/** Reads sources for as long as the process lives, where it works. @returns how to stop */
export const startReading = async (ctx: Ctx): Promise<() => Promise<void>> => {
  // How long it was blind while nobody looked is known at once, not a minute later.
  await lookAtHealth(ctx)
  return startSources(ctx)
}
