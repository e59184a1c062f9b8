import type { Feature } from '#platform'

export const models: Feature = { name: 'models' }
