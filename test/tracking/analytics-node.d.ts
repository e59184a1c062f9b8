/** The older Segment client ships no types; what the test calls. */
declare module 'analytics-node' {
  interface Call {
    userId?: string
    anonymousId?: string
    messageId?: string
    [field: string]: unknown
  }
  class Analytics {
    constructor(writeKey: string, options?: { host?: string; flushAt?: number; flushInterval?: number; gzip?: boolean })
    identify(call: Call): this
    track(call: Call): this
    page(call: Call): this
    screen(call: Call): this
    group(call: Call): this
    alias(call: Call): this
    flush(): Promise<unknown>
  }
  export = Analytics
}
