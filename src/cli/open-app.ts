import type { openApp as open } from '../app.ts'

/** The whole program; loaded only by the commands that are it, so that those which ask a running one answer at once. */
export const openApp: typeof open = async (...args) => {
  const app = await import('../app.ts')
  return app.openApp(...args)
}
