import type { UseMutationResult } from '@tanstack/react-query'
import { Button } from 'antd'
import { authorClassNames, kindNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { keyed } from '../../ui/keyed.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Failure, Waiting } from '../../ui/states.tsx'
import type { ScenarioPreview } from './drill-calls.ts'

/** What would come out of a draft. */
export const PreviewPanel = ({
  preview,
  stale,
  onRun,
}: {
  preview: Pick<UseMutationResult<ScenarioPreview>, 'data' | 'error' | 'isPending'>
  stale: boolean
  onRun: () => void
}) => {
  const words = useText().drills
  const format = useFormats()
  const { language } = usePreferences()
  const { data, error, isPending } = preview
  return (
    <Panel
      title={words.preview}
      extra={
        <Button loading={isPending} onClick={onRun}>
          {words.run}
        </Button>
      }
    >
      {error ? (
        <Failure compact error={error} onRetry={onRun} />
      ) : !data ? (
        isPending ? (
          <Waiting />
        ) : (
          <Blank compact icon="eye" title={words.previewHint} />
        )
      ) : (
        <div className="stack">
          {stale && <Notice tone="warn">{words.stale}</Notice>}
          <p className="muted small">{words.previewTotal(format.count(data.posts), format.count(data.reposts))}</p>
          <ol className={`preview-posts ${stale ? 'preview-stale' : ''}`}>
            {keyed(data.items).map(({ item, key }) => (
              <li key={key}>
                <span className="row small">
                  <strong>{words.atMinute(format.decimal(item.minute))}</strong>
                  <span className="muted">
                    {nameIn(platformNames, item.platform, language)} · {nameIn(kindNames, item.kind, language)}
                  </span>
                  {item.beat ? (
                    <>
                      <Badge tone="teal">{item.author}</Badge>
                      <span className="muted">{nameIn(authorClassNames, item.class, language)}</span>
                    </>
                  ) : (
                    <Badge>{words.crowdMark}</Badge>
                  )}
                </span>
                <p>{item.text}</p>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Panel>
  )
}
