import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  registry: Registry
  /** Seconds per request by route, verb and status class. */
  requests: Histogram<'verb' | 'route' | 'status'>
  ingested: Counter<'fate'>
  ingestWaiting: Gauge
  commitSeconds: Histogram
  jobs: Counter<'job' | 'outcome'>
  outboxLagSeconds: Gauge
  imported: Counter<'fate'>
}

/** One set of metrics per running program, in Prometheus' terms. */
export const openMetrics = (): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    requests: new Histogram({
      name: 'zhiyin_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['verb', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    ingested: new Counter({
      name: 'zhiyin_messages_total',
      help: 'Tracking messages by fate',
      labelNames: ['fate'],
      registers,
    }),
    ingestWaiting: new Gauge({
      name: 'zhiyin_messages_waiting',
      help: 'Tracking messages accepted into memory and not yet durable',
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'zhiyin_commit_seconds',
      help: 'Time to make one group of messages durable',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    jobs: new Counter({
      name: 'zhiyin_jobs_total',
      help: 'Background jobs by outcome',
      labelNames: ['job', 'outcome'],
      registers,
    }),
    outboxLagSeconds: new Gauge({
      name: 'zhiyin_outbox_lag_seconds',
      help: 'Age of the oldest event not yet delivered',
      registers,
    }),
    imported: new Counter({
      name: 'zhiyin_import_rows_total',
      help: 'Imported rows by fate',
      labelNames: ['fate'],
      registers,
    }),
  }
}
