import type { ReactNode } from 'react'
import { type Mark, Marked } from '../creatives/marked-text.tsx'
import { isFen, useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { keyed } from '../ui/keyed.ts'
import type { Review } from './review-shapes.ts'

type Material = Review['material']

/** A value of JSON in words: names of fields, money in yuan, codes by their names, findings underlined at their place. */
export const Facts = ({
  value,
  name = '',
  path = '',
  marksOf,
}: {
  value: Material
  name?: string
  path?: string
  /** What to underline in the text of a path. */
  marksOf: (path: string) => readonly Mark[]
}): ReactNode => {
  const format = useFormats()
  const t = useText()
  if (value === null || value === '') return <span className="muted">—</span>
  if (typeof value === 'number') return isFen(name) ? format.amount(name, value) : String(value)
  if (typeof value === 'boolean') return t.ui.yesNo(value)
  if (typeof value === 'string') {
    const titles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      channel: t.creatives.channels,
      category: t.creatives.categories,
      product: t.creatives.products,
    }
    return <span className="pre">{titles[name]?.[value] ?? <Marked text={value} marks={marksOf(path)} />}</span>
  }
  const below = (key: string) => (path === '' ? key : `${path}.${key}`)
  if (Array.isArray(value))
    return value.length === 0 ? (
      <span className="muted">—</span>
    ) : (
      <ol className="fact-list">
        {keyed(value).map(({ item, i, key }) => (
          <li key={key}>
            <Facts value={item} name={name} path={below(String(i))} marksOf={marksOf} />
          </li>
        ))}
      </ol>
    )
  return (
    <dl className="fact-tree">
      {Object.entries(value).map(([key, inner]) => (
        <div className="fact-row" key={key}>
          <dt>{t.reviews.factTitles[key] ?? key}</dt>
          <dd>
            <Facts value={inner} name={key} path={below(key)} marksOf={marksOf} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
