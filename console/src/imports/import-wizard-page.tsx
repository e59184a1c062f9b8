import './imports.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useRef, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { problemParticulars, problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { listRecipes } from '../quality/quality-calls.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Meter, Notice } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Failure, Waiting } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { ColumnRole, roleOf } from './column-role.tsx'
import { listMappings, preview, propose, startImport, uploadFile } from './import-calls.ts'
import type { ImportKind, Mapping, PreviewRow, Proposal, Uploaded } from './import-shapes.ts'

const kinds: readonly ImportKind[] = ['customers', 'events', 'consents']

type Stage = { step: 'file' } | { step: 'mapping'; file: Uploaded; proposal: Proposal; mapping: Mapping }

/** File → what each column means → run. */
export const ImportWizardPage = () => {
  const t = useText()
  const [kind, setKind] = useState<ImportKind>('customers')
  const [stage, setStage] = useState<Stage>({ step: 'file' })
  return (
    <Page title={t.imports.create} back={{ to: '/imports', label: t.nav.imports }}>
      <ol className="wizard-steps">
        <li
          className={`wizard-step ${stage.step === 'mapping' ? 'past' : ''}`}
          {...(stage.step === 'file' ? { 'aria-current': 'step' } : {})}
        >
          <span>{t.imports.steps.file}</span>
        </li>
        <li className="wizard-step" {...(stage.step === 'mapping' ? { 'aria-current': 'step' } : {})}>
          <span>{t.imports.steps.mapping}</span>
        </li>
        <li className="wizard-step">
          <span>{t.imports.steps.run}</span>
        </li>
      </ol>
      {stage.step === 'file' ? (
        <FileStep
          kind={kind}
          onKind={setKind}
          onDone={(file, proposal) => setStage({ step: 'mapping', file, proposal, mapping: proposal.mapping })}
        />
      ) : (
        <MappingStep
          kind={kind}
          stage={stage}
          onMapping={(mapping) => setStage({ ...stage, mapping })}
          onBack={() => setStage({ step: 'file' })}
        />
      )}
    </Page>
  )
}

const FileStep = ({
  kind,
  onKind,
  onDone,
}: {
  kind: ImportKind
  onKind: (kind: ImportKind) => void
  onDone: (file: Uploaded, proposal: Proposal) => void
}) => {
  const t = useText()
  const format = useFormats()
  const [over, setOver] = useState(false)
  const [sent, setSent] = useState<{ sent: number; total: number }>()
  const stop = useRef<AbortController>(undefined)
  const load = useMutation({
    mutationFn: async (file: File) => {
      stop.current = new AbortController()
      setSent({ sent: 0, total: file.size })
      const uploaded = await uploadFile(file, (sent, total) => setSent({ sent, total }), stop.current.signal)
      return { uploaded, proposal: await propose({ fileId: uploaded.fileId, kind }) }
    },
    onSuccess: ({ uploaded, proposal }) => onDone(uploaded, proposal),
    onSettled: () => setSent(undefined),
  })
  const cancelled = load.error instanceof DOMException
  const take = (files: FileList | null) => {
    const file = files?.[0]
    if (file) load.mutate(file)
  }
  const uploading = sent !== undefined && sent.sent < sent.total

  return (
    <div className="stack-16">
      <Panel title={t.imports.whatIsIn}>
        <div className="kind-choices" role="radiogroup" aria-label={t.imports.whatIsIn}>
          {kinds.map((one) => (
            <label key={one} className="kind-choice">
              <input type="radio" name="kind" checked={one === kind} onChange={() => onKind(one)} />
              <strong>{t.imports.kinds[one]}</strong>
              <span className="muted small">{t.imports.kindHints[one]}</span>
            </label>
          ))}
        </div>
      </Panel>
      <Panel title={t.imports.file}>
        {load.isPending && sent ? (
          <div className="stack" role="status">
            <p className="strong">
              {uploading ? t.imports.uploading(format.bytes(sent.sent), format.bytes(sent.total)) : t.imports.reading}
            </p>
            <Meter label={t.imports.file} share={uploading ? sent.sent / sent.total : undefined} />
            {uploading && (
              <Button size="small" onClick={() => stop.current?.abort()}>
                {t.ui.cancel}
              </Button>
            )}
          </div>
        ) : (
          <div className="stack">
            {load.isError && !cancelled && (
              <Notice tone="bad">
                {problemText(t, load.error)}
                <div className="small">{problemParticulars(load.error)}</div>
              </Notice>
            )}
            <label
              className={`drop-file ${over ? 'drop-file-over' : ''}`}
              onDragOver={(event) => {
                event.preventDefault()
                setOver(true)
              }}
              onDragLeave={() => setOver(false)}
              onDrop={(event) => {
                event.preventDefault()
                setOver(false)
                take(event.dataTransfer.files)
              }}
            >
              <input
                type="file"
                accept=".csv,.tsv,.txt,.jsonl,.ndjson,.xlsx,.gz"
                onChange={(event) => take(event.target.files)}
              />
              <Icon name="upload" size={32} />
              <strong>{t.imports.choose}</strong>
              <span className="muted small">{t.imports.chooseHint}</span>
            </label>
          </div>
        )}
      </Panel>
    </div>
  )
}

const separatorNames: Readonly<Record<string, string>> = { '\t': 'Tab', ',': ',', ';': ';', '|': '|' }

const MappingStep = ({
  kind,
  stage: { file, proposal, mapping },
  onMapping,
  onBack,
}: {
  kind: ImportKind
  stage: Extract<Stage, { step: 'mapping' }>
  onMapping: (mapping: Mapping) => void
  onBack: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [name, setName] = useState(file.name.replace(/\.(gz|csv|tsv|txt|jsonl|ndjson|xlsx)/gi, ''))
  const [saveAs, setSaveAs] = useState('')
  const mappings = useQuery({ queryKey: ['mappings'], queryFn: ({ signal }) => listMappings(signal) })
  const can = useCan()
  const recipes = useQuery({
    queryKey: ['quality', 'recipes'],
    queryFn: ({ signal }) => listRecipes(signal),
    enabled: can('quality.read'),
  })
  const settled = useSettled(mapping, 400)
  const shown = useQuery({
    queryKey: ['imports', 'preview', file.fileId, kind, settled],
    queryFn: ({ signal }) => preview({ fileId: file.fileId, kind, mapping: settled }, signal),
    placeholderData: (before) => before,
    retry: false,
  })
  const start = useMutation({
    mutationFn: () =>
      startImport({
        fileId: file.fileId,
        kind,
        name: name.trim() || file.name,
        mapping,
        ...(saveAs.trim() === '' ? {} : { saveMappingAs: saveAs.trim() }),
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['imports'] })
      await client.invalidateQueries({ queryKey: ['mappings'] })
      await navigate({ to: '/imports/$id', params: { id } })
    },
  })
  const rules = proposal.columns.map((column) => ({
    ...column,
    rule: mapping.columns[column.header] ?? column.suggestion,
  }))
  const hasIdentifier = rules.some(({ rule }) => roleOf(rule) === 'identifier')

  return (
    <div className="stack-16">
      <Panel
        title={file.name}
        note={[
          format.bytes(file.bytes),
          proposal.encoding === 'auto' ? null : proposal.encoding,
          proposal.separator && (separatorNames[proposal.separator] ?? proposal.separator),
        ]
          .filter(Boolean)
          .join(' · ')}
        extra={
          (mappings.data?.items.length ?? 0) > 0 && (
            <Select
              aria-label={t.imports.useMapping}
              placeholder={t.imports.useMapping}
              style={{ minWidth: 180 }}
              value={null}
              onChange={(chosen: string | null) => {
                const saved = mappings.data?.items.find((one) => one.name === chosen)
                if (!saved) return
                onMapping({ ...mapping, ...saved.mapping, format: mapping.format })
                setSaveAs('')
              }}
              options={(mappings.data?.items ?? []).map((one) => ({ value: one.name, label: one.name }))}
            />
          )
        }
        flush
      >
        <Table
          label={t.imports.steps.mapping}
          rows={rules}
          rowKey={(row) => row.header}
          blank={null}
          columns={[
            {
              key: 'header',
              title: t.imports.column,
              card: 'lead',
              cell: (row) => (
                <>
                  <span className="strong">{row.header}</span>
                  <Notes
                    notes={row.notes}
                    missing={'missing' in row.rule ? (row.rule.missing ?? []).map(String) : []}
                    onMissing={(values) =>
                      onMapping({
                        ...mapping,
                        columns: { ...mapping.columns, [row.header]: { ...row.rule, missing: values } },
                      })
                    }
                  />
                </>
              ),
            },
            {
              key: 'sample',
              title: t.imports.sample,
              cell: (row) => (
                <div className="map-sample" title={row.sample.join('\n')}>
                  {row.sample.slice(0, 4).join('、')}
                </div>
              ),
            },
            {
              key: 'role',
              title: t.imports.becomes,
              card: 'bare',
              cell: (row) => (
                <ColumnRole
                  header={row.header}
                  rule={row.rule}
                  kind={kind}
                  onChange={(rule) => onMapping({ ...mapping, columns: { ...mapping.columns, [row.header]: rule } })}
                />
              ),
            },
          ]}
        />
      </Panel>

      <Panel title={t.imports.whole}>
        <div className="fields-2">
          <Field label={t.mapping.missingAll} hint={t.mapping.missingAllHint}>
            <Select
              mode="tags"
              open={false}
              suffixIcon={null}
              style={{ width: '100%' }}
              placeholder="unknown"
              tokenSeparators={[',', '，']}
              value={(mapping.missing ?? []).map(String).filter(Boolean)}
              onChange={(missing: string[]) => onMapping({ ...mapping, missing: ['', ...missing] })}
            />
          </Field>
          {!hasIdentifier && (
            <Field label={t.mapping.rowIdentifier} hint={t.mapping.rowIdentifierHint}>
              <Input
                value={mapping.rowIdentifier ?? ''}
                placeholder="accountId"
                onChange={(event) => {
                  const { rowIdentifier: _before, ...rest } = mapping
                  onMapping(event.target.value === '' ? rest : { ...rest, rowIdentifier: event.target.value })
                }}
              />
            </Field>
          )}
          <Field label={t.mapping.basis} hint={t.mapping.basisHint}>
            <Select
              allowClear
              style={{ width: '100%' }}
              placeholder={t.mapping.noBasis}
              value={mapping.basis ?? null}
              onChange={(basis: keyof typeof t.bases | null | undefined) => {
                const { basis: _before, ...rest } = mapping
                onMapping(basis ? { ...rest, basis } : rest)
              }}
              options={(Object.keys(t.bases) as (keyof typeof t.bases)[]).map((one) => ({
                value: one,
                label: t.bases[one],
              }))}
            />
          </Field>
          <Field label={t.mapping.origin} hint={t.mapping.originHint}>
            <Input
              value={mapping.source ?? ''}
              placeholder={file.name}
              onChange={(event) => {
                const { source: _before, ...rest } = mapping
                onMapping(event.target.value === '' ? rest : { ...rest, source: event.target.value })
              }}
            />
          </Field>
          {(recipes.data?.items.length ?? 0) > 0 && (
            <Field label={t.quality.cleanBefore} hint={t.quality.cleanBeforeHint}>
              <Select
                allowClear
                style={{ width: '100%' }}
                placeholder={t.quality.noCleaning}
                value={typeof mapping.clean === 'string' ? mapping.clean : null}
                onChange={(recipe: string | null | undefined) => {
                  const { clean: _before, ...rest } = mapping
                  onMapping(recipe ? { ...rest, clean: recipe } : rest)
                }}
                options={(recipes.data?.items ?? []).map((one) => ({ value: one.name, label: one.name }))}
              />
            </Field>
          )}
          <Field label={t.imports.name}>
            <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t.imports.saveAs} hint={t.imports.saveAsHint}>
            <Input value={saveAs} maxLength={100} onChange={(event) => setSaveAs(event.target.value)} />
          </Field>
        </div>
      </Panel>

      <Panel title={t.imports.preview} note={t.imports.previewHint} flush>
        {shown.isError ? (
          <Failure compact error={shown.error} onRetry={() => shown.refetch()} />
        ) : shown.data ? (
          <Preview rows={shown.data.rows} />
        ) : (
          <Waiting />
        )}
      </Panel>

      {start.isError && (
        <Notice tone="bad">
          {problemText(t, start.error)}
          <div className="small">{problemParticulars(start.error)}</div>
        </Notice>
      )}
      <div className="wizard-foot">
        <Button onClick={onBack}>{t.ui.back}</Button>
        <Button
          type="primary"
          size="large"
          icon={<Icon name="play" size={16} />}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {t.imports.start}
        </Button>
      </div>
    </div>
  )
}

/** What a person should look at before believing the proposal. */
const Notes = ({
  notes,
  missing,
  onMissing,
}: {
  notes: Proposal['columns'][number]['notes']
  missing: readonly string[]
  onMissing: (values: string[]) => void
}) => {
  const t = useText()
  const format = useFormats()
  const words: Readonly<Record<string, (values: string, share: string) => string>> = t.mapping.notes
  return notes.map(({ code, values, share }) => (
    <div key={code} className="map-note small">
      {words[code]?.(values.join('、'), format.share(share)) ?? code}{' '}
      {code === 'sentinel' &&
        (values.every((value) => missing.includes(value)) ? (
          <Badge tone="good">{t.mapping.takenAsMissing}</Badge>
        ) : (
          <Button size="small" onClick={() => onMissing([...new Set([...missing, ...values])])}>
            {t.mapping.takeAsMissing}
          </Button>
        ))}
    </div>
  ))
}

const about = ['event', 'timestamp', 'purpose', 'status', 'at'] as const

/** What is stored of a row, each value under a name of its own. */
const flatten = ({ identifiers, values, ...rest }: PreviewRow['stored']): Map<string, string> =>
  new Map([
    ...identifiers.map(({ kind, value }) => [kind, value] as const),
    ...about.flatMap((name) => (rest[name] === undefined ? [] : [[name, rest[name]] as const])),
    ...Object.entries(values).map(([name, value]) => [name, show(value)] as const),
  ])

const show = (value: string | number | boolean | object | null): string =>
  typeof value === 'object' ? (value === null ? '' : JSON.stringify(value)) : String(value)

const Preview = ({ rows }: { rows: readonly PreviewRow[] }) => {
  const t = useText()
  const names: Readonly<Record<string, string>> = {
    ...t.commonTraits,
    ...t.identifiers,
    event: t.mapping.eventFields.name,
    timestamp: t.mapping.eventFields.timestamp,
    purpose: t.mapping.consentFields.purpose,
    status: t.mapping.consentFields.status,
    at: t.mapping.consentFields.at,
  }
  const flat = rows.map((row) => ({ row, cells: flatten(row.stored) }))
  const columns = [...new Set(flat.flatMap(({ cells }) => [...cells.keys()]))]
  if (rows.length === 0) return <p className="panel-body muted">{t.imports.noRows}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls sideways, so the keyboard must reach it
    <div className="table-scroll" tabIndex={0}>
      <table className="preview" aria-label={t.imports.preview}>
        <thead>
          <tr>
            <th scope="col">{t.imports.line}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {names[column] ?? column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {flat.map(({ row, cells }) => (
            <PreviewLine key={row.line} row={row} cells={cells} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const PreviewLine = ({
  row,
  cells,
  columns,
}: {
  row: PreviewRow
  cells: ReadonlyMap<string, string>
  columns: readonly string[]
}) => {
  const t = useText()
  const reasons: Readonly<Record<string, string>> = t.imports.rejectReasons
  return (
    <>
      <tr>
        <td className="num">{row.line}</td>
        {columns.map((column) => (
          <td key={column}>{cells.get(column) ?? <span className="muted">—</span>}</td>
        ))}
      </tr>
      {row.problems.length > 0 && (
        <tr className="bad">
          <td />
          <td className="preview-problem" colSpan={Math.max(1, columns.length)}>
            {row.problems.map((problem) => (
              <div key={`${problem.column} ${problem.reason}`}>
                {problem.column && <Badge tone="bad">{problem.column}</Badge>} {reasons[problem.code] ?? problem.reason}
              </div>
            ))}
          </td>
        </tr>
      )}
    </>
  )
}
