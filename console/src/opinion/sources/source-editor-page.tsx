import './sources.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { platforms, postKinds } from '../../../../src/opinion/contract.ts'
import { legalBases, type SourceView } from '../../../../src/opinion/sources/sources-contract.ts'
import { useText } from '../../i18n/text.ts'
import { TimeInput } from '../../ui/day-input.tsx'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { ConfigFields, KindCards } from './config-fields.tsx'
import { canSave, canTry, type Draft, draftOf, emptyConfig, emptyDraft, mapOf, sent } from './draft.ts'
import { KeyDialog } from './key-dialog.tsx'
import { changeSource, createSource, getSource, trySource } from './source-calls.ts'
import { TryPanel } from './try-panel.tsx'

export const NewPostSourcePage = () => <Editor source={undefined} />

export const EditPostSourcePage = () => {
  const { id } = useParams({ from: '/inside/opinion/sources/$id/edit' })
  const source = useQuery({
    queryKey: ['opinionSources', 'one', Number(id)],
    queryFn: ({ signal }) => getSource(Number(id), signal),
    // What somebody types must not be replaced below his hands.
    refetchOnWindowFocus: false,
  })
  return <Loaded query={source}>{(found) => <Editor key={found.id} source={found} />}</Loaded>
}

const Editor = ({ source }: { source: SourceView | undefined }) => {
  const t = useText()
  const words = t.opinionSources
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [draft, setDraft] = useState<Draft>(() => (source ? draftOf(source) : emptyDraft()))
  const [secret, setSecret] = useState('')
  const [made, setMade] = useState<{ id: number; key: string }>()
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const { config, timetable, politeness, terms } = draft
  const fetched = config.kind !== 'webhook' && config.kind !== 'files'
  const open = (id: number) => navigate({ to: '/opinion/sources/$id', params: { id: String(id) } })

  const trial = useMutation({
    mutationFn: () =>
      trySource({
        ...sent(
          {
            ...draft,
            name: draft.name || '-',
            terms: { ...terms, note: terms.note.trim().length < 4 ? '----' : terms.note },
          },
          secret,
        ),
        ...(source && { from: source.id }),
      }),
    onError: fail,
  })
  const save = useMutation({
    mutationFn: async () => {
      const given = sent(draft, secret)
      if (!source) return createSource(given)
      await changeSource(source.id, given)
      return { id: source.id, key: null }
    },
    onSuccess: async ({ id, key }) => {
      await client.invalidateQueries({ queryKey: ['opinionSources'] })
      if (key !== null) return setMade({ id, key })
      message.success(words.saved)
      await open(id)
    },
    onError: fail,
  })
  const actions = (
    <>
      <Button onClick={() => (source ? open(source.id) : navigate({ to: '/opinion/sources' }))}>{t.ui.cancel}</Button>
      <Button type="primary" disabled={!canSave(draft)} loading={save.isPending} onClick={() => save.mutate()}>
        {words.save}
      </Button>
    </>
  )
  return (
    <Page
      title={source ? words.editTitle(source.name) : words.create}
      back={{ to: '/opinion/sources', label: words.title }}
      actions={actions}
    >
      <div className="source-editor">
        <div className="stack-16">
          <Panel title={words.basics}>
            <div className="stack-16">
              {!source && (
                <KindCards
                  kind={config.kind}
                  onChange={(kind) =>
                    set({ config: emptyConfig(kind), ...(kind === 'mailbox' && { platform: 'mail' }) })
                  }
                />
              )}
              <Field label={words.name}>
                <Input maxLength={80} value={draft.name} onChange={(event) => set({ name: event.target.value })} />
              </Field>
              <div className="fields-2">
                <Field label={words.platform}>
                  <Select
                    aria-label={words.platform}
                    value={draft.platform}
                    options={platforms.map((value) => ({ value, label: words.platforms[value] }))}
                    onChange={(platform) => set({ platform })}
                  />
                </Field>
                <Field label={words.postKind}>
                  <Select
                    aria-label={words.postKind}
                    value={draft.postKind}
                    options={postKinds.map((value) => ({ value, label: words.postKinds[value] }))}
                    onChange={(postKind) => set({ postKind })}
                  />
                </Field>
              </div>
            </div>
          </Panel>
          <Panel title={words.reading}>
            <ConfigFields
              config={config}
              onChange={(config) => set({ config })}
              secret={secret}
              onSecret={setSecret}
              hasSecret={source?.hasSecret ?? false}
              paths={trial.data?.fields.map(({ path }) => path) ?? []}
            />
          </Panel>
          {fetched && (
            <Panel title={words.timing}>
              <div className="fields-2">
                <Field label={words.every}>
                  <InputNumber
                    min={1}
                    max={10_080}
                    value={timetable.everyMinutes}
                    onChange={(value) => set({ timetable: { ...timetable, everyMinutes: value ?? 10 } })}
                  />
                </Field>
                <Field label={words.cron} hint={words.cronHint}>
                  <Input
                    className="mono"
                    value={timetable.cron}
                    onChange={(event) => set({ timetable: { ...timetable, cron: event.target.value } })}
                  />
                </Field>
                <Field label={words.active}>
                  <Switch
                    checked={timetable.active !== null}
                    onChange={(on) =>
                      set({ timetable: { ...timetable, active: on ? { from: '07:00', to: '23:00' } : null } })
                    }
                  />
                </Field>
                {timetable.active && (
                  <div className="row">
                    <TimeInput
                      aria-label={words.activeFrom}
                      value={timetable.active.from}
                      onChange={(time) =>
                        set({
                          timetable: {
                            ...timetable,
                            active: { from: time, to: timetable.active?.to ?? '23:00' },
                          },
                        })
                      }
                    />
                    <TimeInput
                      aria-label={words.activeTo}
                      value={timetable.active.to}
                      onChange={(time) =>
                        set({
                          timetable: {
                            ...timetable,
                            active: { from: timetable.active?.from ?? '07:00', to: time },
                          },
                        })
                      }
                    />
                  </div>
                )}
                {config.kind !== 'mailbox' && (
                  <>
                    <Field label={words.perMinute} hint={words.perMinuteHint}>
                      <InputNumber
                        min={1}
                        max={600}
                        value={politeness.requestsPerMinute}
                        onChange={(value) => set({ politeness: { ...politeness, requestsPerMinute: value ?? 12 } })}
                      />
                    </Field>
                    <Field label={words.robots} hint={words.robotsOff}>
                      <Switch
                        checked={politeness.robots}
                        onChange={(robots) => set({ politeness: { ...politeness, robots } })}
                      />
                    </Field>
                  </>
                )}
              </div>
            </Panel>
          )}
          <Panel title={words.legal}>
            <div className="stack-16">
              <Field label={words.basis}>
                <Select
                  aria-label={words.basis}
                  value={terms.basis}
                  options={legalBases.map((value) => ({ value, label: words.bases[value] }))}
                  onChange={(basis) => set({ terms: { ...terms, basis } })}
                />
              </Field>
              <Field label={words.terms} hint={words.termsHint}>
                <Input.TextArea
                  rows={3}
                  maxLength={2_000}
                  value={terms.note}
                  onChange={(event) => set({ terms: { ...terms, note: event.target.value } })}
                />
              </Field>
              <Field label={words.sampling} hint={words.samplingHint}>
                <Input
                  maxLength={300}
                  value={terms.sampling}
                  onChange={(event) => set({ terms: { ...terms, sampling: event.target.value } })}
                />
              </Field>
              <Field label={words.evidenceDays} hint={words.evidenceHint}>
                <InputNumber
                  min={0}
                  max={3_650}
                  value={terms.evidenceDays}
                  onChange={(value) => set({ terms: { ...terms, evidenceDays: value ?? 0 } })}
                />
              </Field>
            </div>
          </Panel>
        </div>
        {fetched && (
          <div className="beside">
            <TryPanel
              ready={canTry(draft)}
              busy={trial.isPending}
              result={trial.data}
              onTry={() => trial.mutate()}
              {...(config.kind === 'json' && {
                onMap: (map) => set({ config: { ...config, map: { ...mapOf(config), ...map } } }),
                onList: (itemsAt: string) => set({ config: { ...config, itemsAt } }),
              })}
            />
          </div>
        )}
      </div>
      {made && <KeyDialog secret={made.key} onClose={() => open(made.id)} />}
    </Page>
  )
}
