import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { keyed } from '../ui/keyed.ts'
import { Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { bringBack, getVersions } from './creative-calls.ts'
import { CreativeReview } from './creative-marks.tsx'
import type { Creative } from './creative-shapes.ts'
import { fieldDifferences } from './difference.ts'

/** Fields that differ, with what went struck out and what came marked. */
export const Differences = ({ before, after }: { before: unknown; after: unknown }) => {
  const t = useText()
  const changed = fieldDifferences(before, after)
  if (changed.length === 0) return <p className="muted">{t.creatives.same}</p>
  return (
    <div>
      {changed.map(({ path, stretches }) => (
        <div className="difference" key={path}>
          <div className="muted small">
            {path
              .split('.')
              .map((part) => t.reviews.factTitles[part] ?? part)
              .join(' › ')}
          </div>
          <div className="pre">
            {keyed(stretches).map(({ item: { kind, text }, key }) =>
              kind === 'same' ? (
                text
              ) : kind === 'gone' ? (
                <del className="stretch-gone" key={key}>
                  {text}
                </del>
              ) : (
                <ins className="stretch-new" key={key}>
                  {text}
                </ins>
              ),
            )}
          </div>
        </div>
      ))}
    </div>
  )
}

/** All versions, each with what changed against the one before. */
export const VersionsView = ({ creative, onBack }: { creative: Creative; onBack: () => void }) => {
  const t = useText()
  const words = t.creatives
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const versions = useQuery({
    queryKey: ['creatives', 'versions', creative.id, creative.version],
    queryFn: ({ signal }) => getVersions(creative.id, signal),
  })
  const restore = useMutation({
    mutationFn: (version: number) => bringBack(creative.id, version),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['creatives'] })
      onBack()
    },
    onError: fail,
  })
  return (
    <Loaded query={versions}>
      {({ items }) => (
        <div className="stack-16">
          <p className="muted">{words.versionsHint}</p>
          {items.map((version, i) => {
            const before = items[i + 1]
            const own = ({ category, product, purpose, offerId, content }: typeof version) => ({
              category,
              product,
              purpose,
              offerId,
              content,
            })
            return (
              <Panel
                key={version.version}
                title={words.versionOf(version.version)}
                note={`${format.dateTime(version.createdAt)} · ${version.createdBy}`}
                extra={
                  <>
                    <CreativeReview review={version.review} />
                    {i > 0 && can('creatives.write') && creative.archivedAt === null && (
                      <Button size="small" loading={restore.isPending} onClick={() => restore.mutate(version.version)}>
                        {words.bringBack}
                      </Button>
                    )}
                  </>
                }
              >
                <div className="stack">
                  {version.note && <p>{version.note}</p>}
                  <p className="muted small">{before ? words.compareWith(before.version) : words.firstVersion}</p>
                  {before && <Differences before={own(before)} after={own(version)} />}
                  <p className="muted small hash">
                    SHA-256 <code>{version.contentHash}</code>
                  </p>
                </div>
              </Panel>
            )
          })}
        </div>
      )}
    </Loaded>
  )
}
