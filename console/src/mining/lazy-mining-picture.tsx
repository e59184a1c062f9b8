import { type ComponentProps, lazy, Suspense } from 'react'

const Drawn = lazy(async () => ({ default: (await import('./mining-picture.tsx')).PictureChart }))

/** A picture of an answer, whose library arrives after the figures around it. */
export const MiningPicture = (props: ComponentProps<typeof Drawn>) => (
  <Suspense fallback={<div className="chart" style={{ height: props.height ?? 320 }} />}>
    <Drawn {...props} />
  </Suspense>
)
