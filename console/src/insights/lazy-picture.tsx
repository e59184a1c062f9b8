import { type ComponentProps, lazy, Suspense } from 'react'

const PictureChart = lazy(async () => ({ default: (await import('./picture-chart.tsx')).PictureChart }))

/** The picture, whose library arrives after the figures around it. */
export const PictureOf = (props: ComponentProps<typeof PictureChart>) => (
  <Suspense fallback={<div className="chart" style={{ height: props.height ?? 320 }} />}>
    <PictureChart {...props} />
  </Suspense>
)
