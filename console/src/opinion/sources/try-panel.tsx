import { Button } from 'antd'
import type { FieldMap, TryOut } from '../../../../src/opinion/sources/sources-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { Notice } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Waiting } from '../../ui/states.tsx'
import { TriedItems } from './tried-items.tsx'

/** What a source would give by the settings beside it. */
export const TryPanel = ({
  ready,
  busy,
  result,
  onTry,
  onMap,
  onList,
}: {
  ready: boolean
  busy: boolean
  result: TryOut | undefined
  onTry: () => void
  onMap?: (map: FieldMap) => void
  onList?: (path: string) => void
}) => {
  const words = useText().opinionSources
  const format = useFormats()
  return (
    <Panel
      title={words.tryIt}
      extra={
        <Button disabled={!ready} loading={busy} icon={<Icon name="play" size={14} />} onClick={onTry}>
          {words.tryIt}
        </Button>
      }
    >
      <p className="muted small">{words.tryHint}</p>
      {busy ? (
        <Waiting lines={5} />
      ) : !result ? (
        <p className="muted">{words.tryEmpty}</p>
      ) : (
        <>
          {result.fault ? (
            <Notice tone="bad">
              {words.faults[result.fault]}
              {result.faultText !== '' && <span className="small">（{result.faultText}）</span>}
            </Notice>
          ) : (
            <Notice tone="good">
              {words.tried(result.found, format.count(result.tookMs), format.decimal(result.bytes / 1_024))}
            </Notice>
          )}
          {onList && result.lists.length > 0 && result.fault !== null && (
            <div>
              <h3>{words.foundLists}</h3>
              {result.lists.map(({ path, length }) => (
                <p key={path} className="row row-between small">
                  <span>
                    <code>{path || '—'}</code> · {words.listLength(length)}
                  </span>
                  <Button size="small" onClick={() => onList(path)}>
                    {words.useList}
                  </Button>
                </p>
              ))}
            </div>
          )}
          {onMap && Object.keys(result.proposal).length > 0 && (
            <p>
              <Button size="small" onClick={() => onMap(result.proposal)}>
                {words.useProposal}
              </Button>
            </p>
          )}
          <TriedItems items={result.items} rejects={result.rejects} place={(index) => words.rejectAt(index + 1)} />
          {result.fields.length > 0 && (
            <details>
              <summary>{words.foundFields}</summary>
              <div className="seen-fields">
                <table>
                  <tbody>
                    {result.fields.map(({ path, example }) => (
                      <tr key={path}>
                        <td>
                          <code>{path}</code>
                        </td>
                        <td className="small wrap">{example}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </details>
          )}
        </>
      )}
    </Panel>
  )
}
