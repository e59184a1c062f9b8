export interface Snippet {
  key: string
  name: string
  code: string
}

/** Ready-to-paste first calls, for the clients that are tested against this server. */
export const snippetsFor = (writeKey: string, server: string): Snippet[] => [
  {
    key: 'curl',
    name: 'curl',
    code: `curl ${server}/v1/track \\
  -u ${writeKey}: \\
  -H 'content-type: application/json' \\
  -d '{"userId":"u-1001","event":"loan_viewed","properties":{"amount":5000}}'`,
  },
  {
    key: 'segment',
    name: '@segment/analytics-node',
    code: `import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '${writeKey}', host: '${server}' })

analytics.track({ userId: 'u-1001', event: 'loan_viewed', properties: { amount: 5000 } })
await analytics.closeAndFlush()`,
  },
  {
    key: 'rudderstack',
    name: '@rudderstack/rudder-sdk-node',
    code: `import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const analytics = new RudderAnalytics('${writeKey}', { dataPlaneUrl: '${server}' })

analytics.track({ userId: 'u-1001', event: 'loan_viewed', properties: { amount: 5000 } })
analytics.flush()`,
  },
  {
    key: 'analytics-node',
    name: 'analytics-node',
    code: `import Analytics from 'analytics-node'

const analytics = new Analytics('${writeKey}', { host: '${server}' })

analytics.track({ userId: 'u-1001', event: 'loan_viewed', properties: { amount: 5000 } })
await analytics.flush()`,
  },
  {
    key: 'posthog',
    name: 'posthog-node',
    code: `import { PostHog } from 'posthog-node'

const client = new PostHog('${writeKey}', { host: '${server}' })

client.capture({ distinctId: 'u-1001', event: 'loan_viewed', properties: { amount: 5000 } })
await client.shutdown()`,
  },
  {
    key: 'jitsu',
    name: '@jitsu/js',
    code: `import { jitsuAnalytics } from '@jitsu/js'

const analytics = jitsuAnalytics({ host: '${server}', writeKey: '${writeKey}' })

await analytics.identify('u-1001', { plan: 'standard' })
await analytics.track('loan_viewed', { amount: 5000 })`,
  },
]
