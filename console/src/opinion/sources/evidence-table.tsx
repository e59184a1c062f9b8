import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { CopyButton } from '../../ui/marks.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { checkEvidence, listEvidence } from './source-calls.ts'

/** Pieces of evidence, newest first, each of which can be checked. */
export const EvidenceTable = ({ sourceId, postId }: { sourceId?: number; postId?: string }) => {
  const words = useText().opinionSources
  const format = useFormats()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const evidence = useInfiniteQuery({
    queryKey: ['opinionSources', 'evidence', sourceId, postId],
    queryFn: ({ pageParam, signal }) => listEvidence({ sourceId, postId, before: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const check = useMutation({
    mutationFn: checkEvidence,
    onSuccess: ({ ok }) => (ok ? message.success(words.checkOk) : message.error(words.checkBad, 10)),
    onError: fail,
  })
  return (
    <Loaded query={evidence} lines={3}>
      {({ pages }) => (
        <Table
          label={words.evidence}
          rows={pages.flatMap(({ items }) => items)}
          rowKey={(row) => row.id}
          more={evidence}
          blank={<Blank compact title={words.evidenceNone} hint={words.evidenceNoneHint} />}
          columns={[
            {
              key: 'at',
              title: words.fetchedAt,
              card: 'lead',
              cell: (row) => (
                <div>
                  {format.dateTime(row.fetchedAt)}
                  {sourceId === undefined && <div className="small muted">{row.source}</div>}
                </div>
              ),
            },
            { key: 'posts', title: words.posts, align: 'right', fit: true, cell: (row) => format.count(row.posts) },
            {
              key: 'size',
              title: words.size,
              align: 'right',
              fit: true,
              cell: (row) => words.kilobytes(format.decimal(Math.round(row.bytes / 102.4) / 10)),
            },
            {
              key: 'hash',
              title: words.hash,
              fit: true,
              cell: (row) => (
                <span className="row">
                  <code className="hash">{row.sha256}</code>
                  <CopyButton text={row.sha256} label={`${words.hash} ${row.sha256.slice(0, 8)}`} />
                </span>
              ),
            },
            {
              key: 'until',
              title: words.keepUntil,
              fit: true,
              card: 'wide',
              cell: (row) => format.date(row.keepUntil),
            },
            {
              key: 'check',
              title: words.check,
              fit: true,
              cell: (row) => (
                <Button
                  size="small"
                  loading={check.isPending && check.variables === row.id}
                  onClick={() => check.mutate(row.id)}
                >
                  {words.check}
                </Button>
              ),
            },
          ]}
        />
      )}
    </Loaded>
  )
}
