import { useFormats } from '../i18n/numbers.ts'

/** A share with a bar, red where little is right. */
export const Share = ({ value, label }: { value: number; label: string }) => {
  const format = useFormats()
  const tone = value < 0.6 ? 'share-low' : value < 0.85 ? 'share-middle' : ''
  return (
    <span className={`share ${tone}`} title={label}>
      <span>{format.share(value)}</span>
      <span className="share-bar" aria-hidden>
        <span style={{ width: `${Math.round(value * 100)}%` }} />
      </span>
    </span>
  )
}

/** A score from 0 to 100, with one decimal. */
export const scoreText = (score: number) => (Math.round(score * 10) / 10).toFixed(1)
