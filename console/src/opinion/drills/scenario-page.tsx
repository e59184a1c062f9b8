import './drills.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useBlocker, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Input, InputNumber, Select, Slider } from 'antd'
import { useState } from 'react'
import { levels, platforms } from '../../../../src/opinion/contract.ts'
import { paces } from '../../../../src/opinion/drills/drill-contract.ts'
import { levelNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { BeatEdit } from './beat-edit.tsx'
import { getScenario, previewScenario, saveScenario } from './drill-calls.ts'
import { PaceCurve } from './pace-curve.tsx'
import {
  type BeatDraft,
  beatAfter,
  copiedBeat,
  draftOf,
  emptyDraft,
  faultsOf,
  type PlainFault,
  type ScenarioDraft,
  scenarioOf,
  voicesOf,
} from './scenario-draft.ts'
import { PreviewPanel } from './scenario-preview.tsx'

/** A new story, from nothing or from another one. */
export const NewScenarioPage = () => {
  const words = useText().drills
  const { from } = useSearch({ from: '/inside/opinion/scenarios/new' })
  const source = useQuery({
    queryKey: ['opinion', 'scenarios', from],
    queryFn: ({ signal }) => getScenario(from ?? 0, signal),
    enabled: from !== undefined,
  })
  if (from === undefined) return <Editor id={undefined} start={emptyDraft()} />
  if (source.data)
    return <Editor id={undefined} start={{ ...draftOf(source.data), name: words.copyOf(source.data.name) }} />
  return (
    <Page title={words.newScenario} back={{ to: '/opinion/drills', label: words.title }}>
      <Loaded query={source} lines={12}>
        {() => null}
      </Loaded>
    </Page>
  )
}

/** A story of the library. */
export const ScenarioPage = () => {
  const words = useText().drills
  const { id } = useParams({ from: '/inside/opinion/scenarios/$id' })
  const scenario = useQuery({
    queryKey: ['opinion', 'scenarios', Number(id)],
    queryFn: ({ signal }) => getScenario(Number(id), signal),
    // What is being written is not to be overtaken.
    refetchOnWindowFocus: false,
  })
  if (scenario.data) return <Editor key={id} id={Number(id)} start={draftOf(scenario.data)} />
  return (
    <Page title={words.editScenario} back={{ to: '/opinion/drills', label: words.title }}>
      <Loaded query={scenario} lines={12}>
        {() => null}
      </Loaded>
    </Page>
  )
}

const Editor = ({ id, start }: { id: number | undefined; start: ScenarioDraft }) => {
  const t = useText()
  const words = t.drills
  const format = useFormats()
  const { language } = usePreferences()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { message, modal } = App.useApp()
  const [first] = useState(start)
  const [draft, setDraft] = useState(first)
  const [asked, setAsked] = useState(false)
  const [shown, setShown] = useState<ScenarioDraft>()
  const faults = faultsOf(draft)
  useBlocker({
    shouldBlockFn: () =>
      new Promise<boolean>((block) => {
        modal.confirm({
          title: words.leave,
          okText: words.leave,
          cancelText: t.ui.cancel,
          onOk: () => block(false),
          onCancel: () => block(true),
        })
      }),
    enableBeforeUnload: draft !== first,
    disabled: draft === first,
  })
  const change = (change: Partial<ScenarioDraft>) => setDraft((now) => ({ ...now, ...change }))
  const changeBeat = (key: number, change: Partial<BeatDraft>) =>
    setDraft((now) => ({
      ...now,
      beats: now.beats.map((beat) => (beat.key === key ? { ...beat, ...change } : beat)),
    }))
  const fault = (name: PlainFault) => (asked && faults.plain.has(name) ? words.faults[name] : undefined)
  const save = useMutation({
    mutationFn: () => saveScenario(id, scenarioOf(draft)),
    onSuccess: async () => {
      message.success(words.saved)
      await client.invalidateQueries({ queryKey: ['opinion', 'scenarios'] })
      await navigate({ to: '/opinion/drills', search: { view: 'scenarios' }, ignoreBlocker: true })
    },
    onError: fail,
  })
  const preview = useMutation({
    mutationFn: (draft: ScenarioDraft) => previewScenario(scenarioOf(draft)),
    onSuccess: (_, draft) => setShown(draft),
  })
  /** Runs what needs a draft without faults, else shows them. */
  const whenRight = (run: () => void) => {
    setAsked(true)
    if (faults.count === 0) run()
    else message.error(words.invalid(faults.count))
  }
  const voiceFault = asked && faults.voice !== null ? words.faults.voice(faults.voice) : fault('voices')
  return (
    <Page
      title={id === undefined ? words.newScenario : words.editScenario}
      subtitle={asked && faults.count > 0 && <span className="scenario-wrong">{words.invalid(faults.count)}</span>}
      back={{ to: '/opinion/drills', label: words.title }}
      actions={
        <Button type="primary" loading={save.isPending} onClick={() => whenRight(() => save.mutate())}>
          {words.save}
        </Button>
      }
    >
      <div className="scenario-columns">
        <div className="stack-16">
          <Panel title={words.basics}>
            <div className="stack-16">
              <Field label={words.name} error={fault('name')}>
                <Input value={draft.name} maxLength={80} onChange={({ target }) => change({ name: target.value })} />
              </Field>
              <Field label={words.story} hint={words.storyHint} error={fault('story')}>
                <Input.TextArea
                  autoSize={{ minRows: 3, maxRows: 10 }}
                  maxLength={2000}
                  value={draft.story}
                  onChange={({ target }) => change({ story: target.value })}
                />
              </Field>
              <Field label={words.aims} hint={words.aimsHint} error={fault('aims')}>
                <Input.TextArea
                  autoSize={{ minRows: 2, maxRows: 10 }}
                  maxLength={2000}
                  value={draft.aims}
                  onChange={({ target }) => change({ aims: target.value })}
                />
              </Field>
              <div className="beat-fields">
                <Field label={words.minutes} error={fault('minutes')}>
                  <InputNumber
                    className="wide"
                    min={5}
                    max={1440}
                    precision={0}
                    value={draft.minutes}
                    onChange={(minutes) => change({ minutes })}
                  />
                </Field>
                <Field label={words.level}>
                  <Select
                    className="wide"
                    value={draft.level}
                    onChange={(level) => change({ level })}
                    options={levels.map((value) => ({ value, label: nameIn(levelNames, value, language) }))}
                  />
                </Field>
              </div>
            </div>
          </Panel>
          <Panel title={words.pace} note={words.paceNote}>
            <div className="paces" role="radiogroup" aria-label={words.pace}>
              {paces.map((pace) => (
                <label key={pace} className={`pace ${draft.pace === pace ? 'pace-chosen' : ''}`}>
                  <input type="radio" name="pace" checked={draft.pace === pace} onChange={() => change({ pace })} />
                  <PaceCurve pace={pace} />
                  <strong>{words.paces[pace].name}</strong>
                  <span className="muted small">{words.paces[pace].hint}</span>
                </label>
              ))}
            </div>
          </Panel>
          <Panel title={words.spread}>
            <div className="stack-16">
              <div className="beat-fields">
                <Field label={words.crowd} error={fault('crowd')}>
                  <InputNumber
                    className="wide"
                    min={0}
                    max={5000}
                    precision={0}
                    value={draft.crowd}
                    onChange={(crowd) => change({ crowd })}
                  />
                </Field>
                <Field label={`${words.repostShare} ${format.share(draft.repostShare)}`}>
                  <Slider
                    min={0}
                    max={100}
                    step={5}
                    value={Math.round(draft.repostShare * 100)}
                    onChange={(percent) => change({ repostShare: percent / 100 })}
                    tooltip={{ formatter: (percent) => format.share((percent ?? 0) / 100) }}
                    ariaLabelForHandle={words.repostShare}
                  />
                </Field>
              </div>
              <Field label={words.platforms} error={fault('platforms')}>
                <Select
                  mode="multiple"
                  className="wide"
                  value={draft.platforms}
                  onChange={(platforms) => change({ platforms })}
                  options={platforms.map((value) => ({ value, label: nameIn(platformNames, value, language) }))}
                />
              </Field>
              <Field
                label={words.voices}
                hint={`${words.voicesHint} · ${words.voicesCount(voicesOf(draft.voices).length)}`}
                error={voiceFault}
              >
                <Input.TextArea
                  autoSize={{ minRows: 6, maxRows: 16 }}
                  value={draft.voices}
                  onChange={({ target }) => change({ voices: target.value })}
                />
              </Field>
            </div>
          </Panel>
          <Panel
            title={words.beats}
            note={words.beatsHint}
            extra={
              <Button
                size="small"
                onClick={() => change({ beats: draft.beats.toSorted((a, b) => (a.minute ?? 1e9) - (b.minute ?? 1e9)) })}
              >
                {words.sortBeats}
              </Button>
            }
          >
            <ol className="beats">
              {draft.beats.map((beat, index) => (
                <BeatEdit
                  key={beat.key}
                  beat={beat}
                  index={index}
                  faults={asked ? faults.beats.get(beat.key) : undefined}
                  last={draft.beats.length === 1}
                  onChange={(change) => changeBeat(beat.key, change)}
                  onCopy={() => change({ beats: draft.beats.toSpliced(index + 1, 0, copiedBeat(beat)) })}
                  onRemove={() => change({ beats: draft.beats.filter(({ key }) => key !== beat.key) })}
                />
              ))}
            </ol>
            {draft.beats.length < 60 && (
              <Button
                block
                icon={<Icon name="plus" size={16} />}
                onClick={() => change({ beats: [...draft.beats, beatAfter(draft.beats.at(-1))] })}
              >
                {words.addBeat}
              </Button>
            )}
            {fault('beats') && (
              <span className="field-error" role="alert">
                {fault('beats')}
              </span>
            )}
          </Panel>
        </div>
        <div className="scenario-side">
          <PreviewPanel
            preview={preview}
            stale={shown !== undefined && shown !== draft}
            onRun={() => whenRight(() => preview.mutate(draft))}
          />
        </div>
      </div>
    </Page>
  )
}
