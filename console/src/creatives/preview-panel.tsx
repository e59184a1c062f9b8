import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Input, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Notice } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Waiting } from '../ui/states.tsx'
import { previewCreative } from './creative-calls.ts'
import { longestUnits, type Preview, type SamplePerson, samplePersons, WordsSchema } from './creative-shapes.ts'
import { type Draft, wordsOf } from './draft.ts'
import { Phone } from './phone.tsx'

/** What one person would get, while it is being written. */
export const PreviewPanel = ({ draft }: { draft: Draft }) => {
  const t = useText()
  const words = t.creatives
  const can = useCan()
  const [person, setPerson] = useState<SamplePerson | 'real'>('full')
  const [typed, setTyped] = useState('')
  const customerNo = useSettled(/^[1-9]\d{0,9}$/.test(typed) ? Number(typed) : undefined, 300)
  const settled = useSettled(JSON.stringify(wordsOf(draft)), 350)
  const asked = WordsSchema.safeParse(JSON.parse(settled))
  const who = person === 'real' ? customerNo && { customerNo } : person
  const preview = useQuery({
    queryKey: ['creatives', 'preview', settled, who],
    queryFn: ({ signal }) => {
      if (!asked.data || !who) throw new Error('nothing to preview')
      return previewCreative({ ...asked.data, person: who }, signal)
    },
    enabled: asked.success && who !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
  return (
    <Panel
      title={words.preview}
      extra={
        <Select
          size="small"
          aria-label={words.previewFor}
          value={person}
          onChange={setPerson}
          style={{ minWidth: 150 }}
          options={[
            ...samplePersons.map((value) => ({ value, label: words.persons[value] })),
            ...(can('customers.read') ? [{ value: 'real' as const, label: words.realCustomer }] : []),
          ]}
        />
      }
    >
      <div className="stack-16">
        {person === 'real' && (
          <Input
            inputMode="numeric"
            aria-label={words.customerNo}
            placeholder={words.customerNo}
            value={typed}
            onChange={({ target }) => setTyped(target.value.trim())}
          />
        )}
        {!asked.success ? (
          <p className="muted">{words.notChecked}</p>
        ) : preview.isError ? (
          <Notice tone="warn">{problemText(t, preview.error)}</Notice>
        ) : preview.data ? (
          <Shown preview={preview.data} />
        ) : (
          who !== undefined && <Waiting lines={4} />
        )}
      </div>
    </Panel>
  )
}

const Shown = ({ preview }: { preview: Preview }) => {
  const t = useText()
  const words = t.creatives
  const format = useFormats()
  const { rendered, missing, length, costMillifen } = preview
  return (
    <>
      <Phone rendered={rendered} />
      {length && (
        <div className="stack" aria-live="polite">
          <p>
            <span className="strong" data-testid="length">
              {words.units(format.count(length.units), format.count(length.parts))}
            </span>{' '}
            <span className="muted small">{words.left(format.count(length.left))}</span>
          </p>
          {length.wide.length > 0 && <p className="muted small">{words.wide(length.wide.join(' '))}</p>}
          {length.units > longestUnits && <Notice tone="bad">{words.tooLong}</Notice>}
        </div>
      )}
      {costMillifen !== null && <p className="muted">{words.cost(String(costMillifen / 100_000))}</p>}
      {missing.length > 0 && (
        <Notice tone="warn">
          <span className="strong">{words.missingTitle}</span>
          <ul>
            {missing.map(({ field, variable, line }) => (
              <li key={`${field} ${variable}`}>
                <code>{words.missingLine(variable, String(line))}</code>
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}
