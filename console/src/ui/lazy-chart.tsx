import { type ComponentProps, lazy, Suspense } from 'react'

const TimeChart = lazy(async () => ({ default: (await import('./chart.tsx')).TimeChart }))

/** The chart, whose library arrives after the figures around it. */
export const Chart = (props: ComponentProps<typeof TimeChart>) => (
  <Suspense fallback={<div className="chart" style={{ height: props.height ?? 260 }} />}>
    <TimeChart {...props} />
  </Suspense>
)
