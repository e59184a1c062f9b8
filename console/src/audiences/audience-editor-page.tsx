import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { type KeyboardEvent, useMemo, useState } from 'react'
import { ApiProblem } from '../api.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemParticulars, problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Code, Meter, Notice, Tabs } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Loaded } from '../ui/states.tsx'
import {
  changeAudience,
  createAudience,
  estimate,
  getAudience,
  getFields,
  listAudiences,
  refreshAudience,
} from './audience-calls.ts'
import type { Audience, Definition, Estimate } from './audience-shapes.ts'
import { Builder } from './builder.tsx'
import { emptyGroup, type GroupDraft, sameShape } from './draft.ts'
import { fromDefinition } from './draft-read.ts'
import { isComplete, parseRaw, pathsOf, toDefinition } from './draft-write.ts'
import { readDraft } from './reading.ts'
import { useHistory } from './use-history.ts'
import { useReader } from './use-reader.ts'

export const NewAudiencePage = () => {
  const t = useText()
  return <Editor title={t.audiences.create} saved={undefined} />
}

export const EditAudiencePage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/audiences/$id/edit' })
  const audience = useQuery({ queryKey: ['audiences', id], queryFn: ({ signal }) => getAudience(id, signal) })
  if (!audience.data) {
    return (
      <Page title={t.audiences.edit} back={{ to: '/audiences', label: t.nav.audiences }}>
        <Panel>
          <Loaded query={audience}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  }
  return <Editor key={id} title={t.audiences.edit} saved={audience.data} />
}

const Editor = ({ title, saved }: { title: string; saved: Audience | undefined }) => {
  const t = useText()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const traitTitle = useTraitTitles()
  const [name, setName] = useState(saved?.name ?? '')
  const [description, setDescription] = useState(saved?.description ?? '')
  const history = useHistory<GroupDraft>(() => (saved ? fromDefinition(saved.definition) : emptyGroup()), sameShape)
  const { now: root, set: setRoot } = history
  const [view, setView] = useState<'form' | 'json'>('form')
  const fields = useQuery({
    queryKey: ['audiences', 'fields'],
    queryFn: ({ signal }) => getFields(signal),
  })
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) })
  const complete = isComplete(root)
  const definition = useMemo(() => (complete ? toDefinition(root) : undefined), [root, complete])

  const settled = useSettled(definition, 350)
  const size = useQuery({
    queryKey: ['audiences', 'estimate', settled],
    queryFn: ({ signal }) => estimate(settled ?? { all: [] }, signal),
    enabled: settled !== undefined,
    placeholderData: (before) => before,
    retry: false,
    staleTime: 30_000,
  })
  const old = size.isFetching || size.isPlaceholderData || settled !== definition || !definition
  const sizes = useMemo(() => sizesOf(root, old ? undefined : size.data), [root, old, size.data])

  // Who saves wants to see the people: the page that follows shows them as they come.
  const compute = useMutation({
    mutationFn: refreshAudience,
    onSettled: () => client.invalidateQueries({ queryKey: ['audiences'] }),
    onError: fail,
  })
  const save = useMutation({
    mutationFn: (definition: Definition) =>
      saved
        ? changeAudience(saved.id, { name: name.trim(), description, definition })
        : createAudience({ name: name.trim(), description, definition }),
    onSuccess: async ({ id }) => {
      compute.mutate(id)
      await client.invalidateQueries({ queryKey: ['audiences'] })
      await navigate({ to: '/audiences/$id', params: { id } })
    },
    onError: fail,
  })

  return (
    <Page title={title} back={{ to: '/audiences', label: t.nav.audiences }}>
      <div className="grid editor-grid">
        <div className="stack-16">
          <Panel>
            <div className="fields-2">
              <Field label={t.audiences.name}>
                <Input
                  size="large"
                  maxLength={100}
                  autoFocus={!saved}
                  placeholder={t.audiences.nameHint}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              </Field>
              <Field label={t.audiences.description}>
                <Input
                  size="large"
                  maxLength={1000}
                  value={description}
                  onChange={(event) => setDescription(event.target.value)}
                />
              </Field>
            </div>
          </Panel>
          <Panel title={t.audiences.definition}>
            <div className="b-bar">
              <Tabs
                label={t.audiences.definition}
                value={view}
                onChange={setView}
                items={[
                  { key: 'form', label: t.builder.form },
                  { key: 'json', label: 'JSON' },
                ]}
              />
              <span className="b-spring" />
              <Button type="text" disabled={!history.canUndo} aria-keyshortcuts="Control+Z" onClick={history.undo}>
                {t.conditions.undo}
              </Button>
              <Button type="text" disabled={!history.canRedo} aria-keyshortcuts="Control+Y" onClick={history.redo}>
                {t.conditions.redo}
              </Button>
            </div>
            {view === 'form' ? (
              <Loaded query={fields}>
                {(known) => (
                  // biome-ignore lint/a11y/noStaticElementInteractions: takes keys that reach it from the fields inside
                  <div onKeyDown={undoKeys(history)}>
                    <Builder
                      root={root}
                      fields={known}
                      audiences={(audiences.data?.items ?? []).filter((one) => one.id !== saved?.id)}
                      traitTitle={traitTitle}
                      sizes={sizes}
                      onChange={setRoot}
                    />
                  </div>
                )}
              </Loaded>
            ) : (
              <JsonEditor root={root} onChange={setRoot} />
            )}
          </Panel>
        </div>
        <div className="editor-side stack-16">
          <EstimatePanel root={root} definition={definition} size={size} old={old} />
          <Button
            block
            size="large"
            type="primary"
            disabled={!definition || name.trim() === ''}
            loading={save.isPending}
            onClick={() => definition && save.mutate(definition)}
          >
            {t.ui.save}
          </Button>
          {!complete && <p className="muted small">{t.builder.incomplete}</p>}
          {complete && name.trim() === '' && <p className="muted small">{t.audiences.nameNeeded}</p>}
        </div>
      </div>
    </Page>
  )
}

/** Ctrl+Z and Ctrl+Y, except where somebody writes: there they are the field's own. */
const undoKeys =
  ({ undo, redo }: { undo: () => void; redo: () => void }) =>
  (event: KeyboardEvent) => {
    const writing = event.target instanceof HTMLElement && event.target.matches('input:not([readonly]), textarea')
    if (writing || !(event.ctrlKey || event.metaKey)) return
    const key = event.key.toLowerCase()
    if (key !== 'z' && key !== 'y') return
    event.preventDefault()
    if (key === 'y' || event.shiftKey) redo()
    else undo()
  }

const JsonEditor = ({ root, onChange }: { root: GroupDraft; onChange: (root: GroupDraft) => void }) => {
  const t = useText()
  const [json, setJson] = useState(() => (isComplete(root) ? JSON.stringify(toDefinition(root), null, 2) : '{}'))
  const parsed = parseRaw(json)
  const usable = parsed && isCondition(parsed)
  return (
    <div className="stack">
      {!isComplete(root) && <Notice tone="warn">{t.builder.jsonIncomplete}</Notice>}
      <Input.TextArea
        className="mono"
        aria-label="JSON"
        spellCheck={false}
        autoSize={{ minRows: 12, maxRows: 30 }}
        status={usable ? '' : 'error'}
        value={json}
        onChange={(event) => {
          setJson(event.target.value)
          const next = parseRaw(event.target.value)
          if (next && isCondition(next)) onChange(readSafely(next, root))
        }}
      />
      {!usable && <p className="field-error">{t.builder.jsonWrong}</p>}
    </div>
  )
}

const conditionKeys =
  'all any not trait event sequence top bottom percentile tag reachable consent audience list split sample'.split(' ')
const isCondition = (definition: object) => conditionKeys.some((key) => key in definition)

// JSON under the hands of its writer may hold anything: what cannot be read leaves the tree as it was.
const readSafely = (definition: Definition, otherwise: GroupDraft): GroupDraft => {
  try {
    return fromDefinition(definition)
  } catch (error) {
    if (error instanceof TypeError) return otherwise
    throw error
  }
}

/** How many each condition holds for by itself. */
const sizesOf = (root: GroupDraft, estimate: Estimate | undefined): Map<string, number> => {
  const sizes = new Map<string, number>()
  if (!estimate) return sizes
  const ids = pathsOf(root)
  for (const { path, size } of estimate.conditions) {
    const id = ids.get(path)
    if (id !== undefined) sizes.set(id, size)
  }
  return sizes
}

const EstimatePanel = ({
  root,
  definition,
  size,
  old,
}: {
  root: GroupDraft
  definition: Definition | undefined
  size: UseQueryResult<Estimate>
  /** The figures belong to an earlier definition. */
  old: boolean
}) => {
  const t = useText()
  const format = useFormats()
  const reader = useReader()
  return (
    <Panel title={t.audiences.estimate}>
      <div className="stack" aria-live="polite" aria-busy={old}>
        {size.isError ? (
          <Notice tone="bad">
            {problemText(t, size.error)}
            <div className="small wrap">{size.error instanceof ApiProblem && problemParticulars(size.error)}</div>
          </Notice>
        ) : (
          <>
            <div className={`estimate-size ${old ? 'estimate-old' : ''}`}>
              {size.data ? format.count(size.data.size) : '—'}
              <span className="muted small"> {t.audiences.people}</span>
            </div>
            {size.data && (
              <>
                <Meter share={size.data.size / Math.max(1, size.data.of)} label={t.audiences.shareOfAll} />
                <p className="muted small">
                  {t.audiences.shareText(
                    format.share(size.data.size / Math.max(1, size.data.of)),
                    format.count(size.data.of),
                  )}
                  <br />
                  {t.audiences.asOf(format.dateTime(size.data.asOf))} · {format.count(size.data.tookMs)} ms
                </p>
              </>
            )}
          </>
        )}
        <p className="reading">{readDraft(reader, root)}</p>
        {definition && (
          <details>
            <summary className="muted small">JSON</summary>
            <Code text={JSON.stringify(definition, null, 2)} />
          </details>
        )}
      </div>
    </Panel>
  )
}
