import '../audiences/builder.css'
import './tags.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { AutoComplete, Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post, put } from '../api.ts'
import { getFields } from '../audiences/audience-calls.ts'
import { newId } from '../audiences/draft.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { getTextSettings } from './tag-calls.ts'
import { listOf } from './tag-draft.ts'
import type { TextAnswer, TextSettings } from './tag-shapes.ts'

/** Where the words of customers are, and what they may be about. */
export const TextsPage = () => {
  const t = useText()
  const settings = useQuery({ queryKey: ['tags', 'texts'], queryFn: ({ signal }) => getTextSettings(signal) })
  return (
    <Page title={t.tags.textSources} subtitle={t.tags.textSourcesHint} back={{ to: '/tags', label: t.tags.title }}>
      <Loaded query={settings} lines={8}>
        {(data) => <Settings saved={data} />}
      </Loaded>
    </Page>
  )
}

const Settings = ({ saved }: { saved: TextSettings }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [sources, setSources] = useState(() => saved.sources.map((source) => ({ id: newId(), ...source })))
  const [topics, setTopics] = useState(() =>
    saved.topics.map(({ name, words }) => ({ id: newId(), name, words: words.join('，') })),
  )
  const fields = useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal) })
  const known = fields.data?.events ?? []
  const save = useMutation({
    mutationFn: () =>
      put<TextSettings>('/texts', {
        sources: sources
          .filter(({ event, property }) => event !== '' && property !== '')
          .map(({ event, property }) => ({ event, property })),
        topics: topics
          .map(({ name, words }) => ({ name: name.trim(), words: listOf(words) }))
          .filter(({ name, words }) => name !== '' && words.length > 0),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tags', 'texts'] }),
    onError: fail,
  })
  const readOnly = !can('tags.write')
  return (
    <div className="grid editor-grid">
      <div className="stack-16">
        <Panel title={t.tags.textFrom}>
          <div className="stack">
            {sources.length === 0 && <p className="muted">{t.tags.textNoSources}</p>}
            {sources.map((source) => {
              const change = (next: Partial<typeof source>) =>
                setSources(sources.map((one) => (one.id === source.id ? { ...one, ...next } : one)))
              const properties = known.find(({ name }) => name === source.event)?.properties ?? []
              return (
                <div key={source.id} className="b-where">
                  <Select
                    showSearch
                    disabled={readOnly}
                    className="b-subject"
                    aria-label={t.tags.event}
                    placeholder={t.tags.chooseEvent}
                    {...(source.event !== '' && { value: source.event })}
                    onChange={(event: string) => change({ event, property: '' })}
                    options={known.map(({ name }) => ({ value: name, label: name }))}
                  />
                  <AutoComplete
                    disabled={readOnly}
                    className="b-property"
                    aria-label={t.tags.textProperty}
                    placeholder={t.tags.textProperty}
                    value={source.property}
                    onChange={(property: string) => change({ property })}
                    options={properties
                      .filter(({ types }) => types.includes('text'))
                      .map(({ name }) => ({ value: name }))}
                  />
                  {!readOnly && (
                    <RemoveButton onClick={() => setSources(sources.filter(({ id }) => id !== source.id))} />
                  )}
                </div>
              )
            })}
            {!readOnly && (
              <Button
                icon={<Icon name="plus" size={16} />}
                onClick={() => setSources([...sources, { id: newId(), event: '', property: '' }])}
              >
                {t.tags.textAdd}
              </Button>
            )}
          </div>
        </Panel>
        <Panel title={t.tags.textTopic} note={t.tags.textWordsHint}>
          <div className="stack">
            {topics.map((topic) => {
              const change = (next: Partial<typeof topic>) =>
                setTopics(topics.map((one) => (one.id === topic.id ? { ...one, ...next } : one)))
              return (
                <div key={topic.id} className="topic-row">
                  <Input
                    disabled={readOnly}
                    aria-label={t.tags.textTopic}
                    maxLength={100}
                    value={topic.name}
                    onChange={(event) => change({ name: event.target.value })}
                  />
                  <Input
                    disabled={readOnly}
                    aria-label={`${t.tags.textWords}: ${topic.name}`}
                    value={topic.words}
                    onChange={(event) => change({ words: event.target.value })}
                  />
                  {!readOnly && <RemoveButton onClick={() => setTopics(topics.filter(({ id }) => id !== topic.id))} />}
                </div>
              )
            })}
            {!readOnly && (
              <Button
                icon={<Icon name="plus" size={16} />}
                onClick={() => setTopics([...topics, { id: newId(), name: '', words: '' }])}
              >
                {t.tags.textAddTopic}
              </Button>
            )}
          </div>
        </Panel>
      </div>
      <div className="editor-side stack-16">
        <TryPanel />
        {!readOnly && (
          <Button block size="large" type="primary" loading={save.isPending} onClick={() => save.mutate()}>
            {t.ui.save}
          </Button>
        )}
        {save.isSuccess && <p className="muted small">{t.tags.saved}</p>}
      </div>
    </div>
  )
}

const RemoveButton = ({ onClick }: { onClick: () => void }) => {
  const t = useText()
  return (
    <button type="button" className="icon-button" aria-label={t.ui.remove} title={t.ui.remove} onClick={onClick}>
      <Icon name="trash" size={16} />
    </button>
  )
}

const TryPanel = () => {
  const t = useText()
  const format = useFormats()
  const fail = useFailureToast()
  const [text, setText] = useState('')
  const ask = useMutation({ mutationFn: () => post<TextAnswer>('/texts/analyse', { text }), onError: fail })
  const { data } = ask
  const tones = { positive: 'good', neutral: 'plain', negative: 'bad' } as const
  return (
    <Panel title={t.tags.textTry}>
      <div className="stack">
        <Field label={t.tags.textTryHint}>
          <Input.TextArea rows={4} maxLength={10_000} value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <Button disabled={text.trim() === ''} loading={ask.isPending} onClick={() => ask.mutate()}>
          {t.tags.textTry}
        </Button>
        {data && (
          <div className="stack" aria-live="polite">
            <Badge tone={tones[data.sentiment]}>
              {t.tags.textAnswer(t.tags.sentiments[data.sentiment], format.share(data.score))}
            </Badge>
            <div className="customer-tag-values">
              {data.topics.map((topic) => (
                <Badge key={topic} tone="teal">
                  {topic}
                </Badge>
              ))}
            </div>
            <p className="muted small">{data.keywords.join('、')}</p>
          </div>
        )}
      </div>
    </Panel>
  )
}
