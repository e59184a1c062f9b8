import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import {
  type FieldMap,
  type FilePreview,
  type PostImport,
  type Preset,
  presets,
  type SourceView,
} from '../../../../src/opinion/sources/sources-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge, Meter, type Tone } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { filledMap, MapEditor } from './map-editor.tsx'
import { cancelImport, listImports, previewPosts, rejectsUrl, startImport, uploadPosts } from './source-calls.ts'
import { TriedItems } from './tried-items.tsx'

const tones: Record<PostImport['state'], Tone> = {
  waiting: 'blue',
  running: 'teal',
  done: 'good',
  cancelled: 'plain',
  failed: 'bad',
}

/** Brings files of posts in: chosen, recognised, looked at, imported. */
export const FileImport = ({ source }: { source: SourceView }) => {
  const words = useText().opinionSources
  const can = useCan()
  return (
    <div className="grid grid-main">
      {can('opinion.sources') && (
        <Panel title={words.files}>
          <Chooser source={source} />
        </Panel>
      )}
      <Panel title={words.imports}>
        <Imports id={source.id} />
      </Panel>
    </div>
  )
}

const Chooser = ({ source }: { source: SourceView }) => {
  const words = useText().opinionSources
  const client = useQueryClient()
  const fail = useFailureToast()
  const input = useRef<HTMLInputElement>(null)
  const [share, setShare] = useState<number>()
  const [seen, setSeen] = useState<FilePreview>()
  const [map, setMap] = useState<FieldMap>({})
  const shown = (found: FilePreview) => {
    setSeen(found)
    setMap(found.map)
  }
  const pick = useMutation({
    mutationFn: async (file: File) => {
      const { fileId } = await uploadPosts(
        source.id,
        file,
        (done, all) => setShare(done / Math.max(1, all)),
        new AbortController().signal,
      )
      return previewPosts(source.id, { fileId })
    },
    onSuccess: shown,
    onError: fail,
    onSettled: () => setShare(undefined),
  })
  const again = useMutation({
    mutationFn: (given: { preset: Preset; map?: FieldMap }) =>
      previewPosts(source.id, { fileId: seen?.fileId ?? '', ...given }),
    onSuccess: shown,
    onError: fail,
  })
  const start = useMutation({
    mutationFn: () =>
      startImport(source.id, { fileId: seen?.fileId ?? '', preset: seen?.preset ?? 'auto', map: filledMap(map) }),
    onSuccess: () => {
      setSeen(undefined)
      return client.invalidateQueries({ queryKey: ['opinionSources', 'imports', source.id] })
    },
    onError: fail,
  })
  const chooser = (
    <input
      ref={input}
      type="file"
      hidden
      accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json,.xlsx,.gz"
      aria-label={words.pick}
      onChange={(event) => {
        const [file] = event.target.files ?? []
        if (file) pick.mutate(file)
        event.target.value = ''
      }}
    />
  )
  if (!seen)
    return (
      <div>
        {chooser}
        <Button
          type="primary"
          loading={pick.isPending}
          disabled={!source.on}
          icon={<Icon name="upload" size={16} />}
          onClick={() => input.current?.click()}
        >
          {words.pick}
        </Button>
        <p className="muted small">{words.pickHint}</p>
        {share !== undefined && <Meter label={words.uploading} share={share} />}
      </div>
    )
  return (
    <div className="stack-16">
      <div className="row row-between">
        <strong className="wrap">{seen.file}</strong>
        <Badge tone="blue">{words.previewOf(words.presets[seen.preset])}</Badge>
      </div>
      <Field label={words.preset}>
        <Select<Preset>
          aria-label={words.preset}
          value={seen.preset}
          loading={again.isPending}
          options={presets.map((value) => ({ value, label: words.presets[value] }))}
          onChange={(preset) => again.mutate({ preset })}
        />
      </Field>
      <details open={seen.preset === 'own'}>
        <summary>{words.mapping}</summary>
        <p className="muted small">{words.mappingHint}</p>
        <MapEditor map={map} onChange={setMap} paths={seen.columns.map(({ path }) => path)} />
        <p>
          <Button
            size="small"
            loading={again.isPending}
            onClick={() => again.mutate({ preset: seen.preset, map: filledMap(map) })}
          >
            {words.tryIt}
          </Button>
        </p>
      </details>
      <div className="row">
        <Button
          type="primary"
          loading={start.isPending}
          disabled={seen.items.length === 0}
          onClick={() => start.mutate()}
        >
          {words.startImport}
        </Button>
        <Button onClick={() => setSeen(undefined)}>{words.another}</Button>
      </div>
      <TriedItems items={seen.items} rejects={seen.rejects} place={words.line} />
    </div>
  )
}

const Imports = ({ id }: { id: number }) => {
  const words = useText().opinionSources
  const format = useFormats()
  const can = useCan()
  const fail = useFailureToast()
  const client = useQueryClient()
  const imports = useQuery({
    queryKey: ['opinionSources', 'imports', id],
    queryFn: ({ signal }) => listImports(id, signal),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ state }) => state === 'waiting' || state === 'running') ? 1_000 : 15_000,
  })
  const cancel = useMutation({
    mutationFn: cancelImport,
    onSuccess: () => client.invalidateQueries({ queryKey: ['opinionSources', 'imports', id] }),
    onError: fail,
  })
  const over = imports.data?.items.filter(({ finishedAt }) => finishedAt !== null).length
  // What came in shows at once in the figures, runs and evidence of the page.
  // biome-ignore lint/correctness/useExhaustiveDependencies: an import that ended is what it waits for
  useEffect(() => {
    if (over)
      void client.invalidateQueries({
        queryKey: ['opinionSources'],
        predicate: ({ queryKey }) => queryKey[1] !== 'imports',
      })
  }, [over])
  return (
    <Loaded query={imports} compact lines={3}>
      {({ items }) =>
        items.length === 0 ? (
          <Blank compact icon="file" title={words.noImports} />
        ) : (
          <div className="stack-16">
            {items.map((run) => {
              const active = run.state === 'waiting' || run.state === 'running'
              return (
                <div key={run.id}>
                  <div className="row row-between">
                    <strong className="wrap">{run.file}</strong>
                    <Badge tone={tones[run.state]} dot>
                      {words.importStates[run.state]}
                    </Badge>
                  </div>
                  {active && <Meter label={run.file} share={run.share ?? undefined} />}
                  <p className="muted small num">
                    {words.importText(
                      format.count(run.read),
                      format.count(run.stored),
                      format.count(run.known),
                      format.count(run.rejected),
                    )}
                    {' · '}
                    {format.dateTime(run.createdAt)} · {run.createdBy}
                  </p>
                  <div className="row">
                    {active && can('opinion.sources') && (
                      <Button size="small" onClick={() => cancel.mutate(run.id)}>
                        {words.cancelImport}
                      </Button>
                    )}
                    {run.rejected > 0 && (
                      <Button size="small" href={rejectsUrl(run.id)} icon={<Icon name="download" size={14} />}>
                        {words.rejectsFile}
                      </Button>
                    )}
                  </div>
                </div>
              )
            })}
          </div>
        )
      }
    </Loaded>
  )
}
