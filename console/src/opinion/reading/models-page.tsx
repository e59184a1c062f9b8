import './reading.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import type { Card } from '../../../../src/models/card-contract.ts'
import type { Comparison, ModelVersion, Training, VersionChange } from '../../../../src/models/models-contract.ts'
import type { Head } from '../../../../src/opinion/contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Meter, type Tone } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { cancelTraining, changeVersion, getModels, train } from './reading-calls.ts'

const tones: Record<ModelVersion['state'], Tone> = {
  active: 'good',
  shadow: 'blue',
  candidate: 'plain',
  retired: 'plain',
}

/** Versions of the model of posts: cards, comparison, training. */
export const ModelsPage = () => {
  const words = useText().opinionReading
  const format = useFormats()
  const can = useCan()
  const fail = useFailureToast()
  const client = useQueryClient()
  const [shown, setShown] = useState<Card>()
  const [asked, setAsked] = useState<{ version: ModelVersion; to: VersionChange['to'] }>()
  const refresh = () => client.invalidateQueries({ queryKey: ['opinion', 'models'] })
  const board = useQuery({
    queryKey: ['opinion', 'models'],
    queryFn: ({ signal }) => getModels(signal),
    refetchInterval: ({ state }) =>
      state.data?.trainings.some(({ state }) => state === 'queued' || state === 'running') ? 2_000 : false,
  })
  const training = useMutation({ mutationFn: train, onSuccess: refresh, onError: fail })
  const cancelling = useMutation({ mutationFn: cancelTraining, onSuccess: refresh, onError: fail })
  const changing = useMutation({
    mutationFn: ({ id, ...change }: VersionChange & { id: number }) => changeVersion(id, change),
    onSuccess: () => {
      setAsked(undefined)
      return refresh()
    },
    onError: fail,
  })
  const mayChange = can('opinion.models')
  return (
    <Page
      title={words.modelsTitle}
      subtitle={words.modelsSubtitle}
      actions={
        mayChange && (
          <Button
            type="primary"
            icon={<Icon name="flask" size={16} />}
            loading={training.isPending}
            onClick={() => training.mutate()}
          >
            {words.train}
          </Button>
        )
      }
    >
      <Loaded query={board}>
        {({ versions, comparedPosts, trainings, corrections, others }) => (
          <div className="stack-16">
            <p className="muted">{words.trainText(format.count(corrections))}</p>
            <Panel title={words.versions} flush>
              <Table<ModelVersion>
                label={words.versions}
                rows={versions}
                rowKey={({ id }) => id}
                blank={null}
                columns={[
                  {
                    key: 'name',
                    title: words.card,
                    card: 'lead',
                    cell: ({ name, card }) => (
                      <Button type="link" size="small" className="model-name" onClick={() => setShown(card)}>
                        {name}
                      </Button>
                    ),
                  },
                  {
                    key: 'state',
                    title: '',
                    fit: true,
                    card: 'bare',
                    cell: ({ state, usable }) =>
                      usable ? (
                        <Badge tone={tones[state]}>{words.states[state]}</Badge>
                      ) : (
                        <Badge tone="warn">{words.outdated}</Badge>
                      ),
                  },
                  ...keyFigures.map(({ name, title }) => ({
                    key: name,
                    title: title(words),
                    align: 'right' as const,
                    fit: true,
                    cell: ({ card }: ModelVersion) => {
                      const value = card.figures.find((figure) => figure.name === name)?.value
                      return value === undefined ? '—' : format.share(value)
                    },
                  })),
                  {
                    key: 'made',
                    title: words.madeBy,
                    cell: ({ id, madeBy, madeAt }) =>
                      id === 0 ? (
                        words.shipped
                      ) : (
                        <span>
                          {madeBy} <Ago at={madeAt} />
                        </span>
                      ),
                  },
                  {
                    key: 'act',
                    title: '',
                    fit: true,
                    card: 'bare',
                    cell: (version) =>
                      mayChange && (
                        <Steps version={version} needed={comparedPosts} onAsk={(to) => setAsked({ version, to })} />
                      ),
                  },
                ]}
              />
            </Panel>
            {versions
              .filter(({ state, comparison }) => state === 'shadow' || comparison.length > 0)
              .map((version) => (
                <ComparisonPanel key={version.id} version={version} />
              ))}
            {trainings.length > 0 && (
              <Panel title={words.trainings} flush>
                <Table<Training>
                  label={words.trainings}
                  rows={trainings}
                  rowKey={({ id }) => id}
                  blank={null}
                  columns={[
                    {
                      key: 'state',
                      title: '',
                      card: 'lead',
                      cell: ({ state, step, problem }) => (
                        <span className="row">
                          <Badge
                            tone={state === 'failed' ? 'bad' : state === 'done' ? 'good' : 'plain'}
                            live={state === 'running'}
                          >
                            {words.trainingStates[state]}
                          </Badge>
                          {words.steps[step as keyof typeof words.steps] ?? ''}
                          {problem && <span className="muted">{problem}</span>}
                          {state === 'running' && <Meter share={undefined} label={words.trainingStates.running} />}
                        </span>
                      ),
                    },
                    {
                      key: 'corrections',
                      title: words.corrected,
                      align: 'right',
                      fit: true,
                      cell: ({ corrections }) => format.count(corrections),
                    },
                    {
                      key: 'asked',
                      title: words.madeBy,
                      cell: ({ askedBy, askedAt }) => (
                        <span>
                          {askedBy} <Ago at={askedAt} />
                        </span>
                      ),
                    },
                    {
                      key: 'cancel',
                      title: '',
                      fit: true,
                      card: 'bare',
                      cell: ({ id, state }) =>
                        mayChange &&
                        (state === 'queued' || state === 'running') && (
                          <Button size="small" onClick={() => cancelling.mutate(id)}>
                            {words.cancel}
                          </Button>
                        ),
                    },
                  ]}
                />
              </Panel>
            )}
            <Panel title={words.others} flush>
              <Table<Card>
                label={words.others}
                rows={others}
                rowKey={({ name }) => name}
                blank={null}
                columns={[
                  {
                    key: 'name',
                    title: words.card,
                    card: 'lead',
                    cell: (card) => (
                      <Button type="link" size="small" className="model-name" onClick={() => setShown(card)}>
                        {card.name}
                      </Button>
                    ),
                  },
                  {
                    key: 'sources',
                    title: words.sources,
                    cell: ({ sources }) => sources.map(({ name }) => name).join('、'),
                  },
                ]}
              />
            </Panel>
          </div>
        )}
      </Loaded>
      {shown && <CardDialog card={shown} onClose={() => setShown(undefined)} />}
      {asked && (
        <ReasonDialog
          title={words.whyTitle}
          warning={words.whyWarning}
          label={words.why}
          placeholder={words.whyHint}
          confirm={{ shadow: words.toShadow, active: words.toActive, candidate: words.toCandidate }[asked.to]}
          busy={changing.isPending}
          onConfirm={(why) => changing.mutate({ id: asked.version.id, to: asked.to, why })}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Page>
  )
}

type Words = ReturnType<typeof useText>['opinionReading']

const keyFigures: readonly { name: string; title: (words: Words) => string }[] = [
  { name: 'micro-F1 of aspects', title: (words) => words.heads.aspects },
  { name: 'accuracy of toward', title: (words) => words.heads.toward },
  { name: 'accuracy of speaker', title: (words) => words.heads.speaker },
]

const Steps = ({
  version: { id, state, mine, usable, comparison },
  needed,
  onAsk,
}: {
  version: ModelVersion
  /** Posts to be compared before it may take over. */
  needed: number
  onAsk: (to: VersionChange['to']) => void
}) => {
  const words = useText().opinionReading
  const format = useFormats()
  const posts = Math.max(0, ...comparison.map((one) => one.posts))
  const waits = posts < needed || mine
  const button = (to: VersionChange['to'], name: string, disabled = false) => (
    <Button key={to} size="small" disabled={disabled} onClick={() => onAsk(to)}>
      {name}
    </Button>
  )
  if (!usable) return <span className="muted small">{words.trainAgain}</span>
  return (
    <span className="row">
      {state === 'candidate' && button('shadow', words.toShadow)}
      {state === 'shadow' && waits && (
        <span className="muted small">
          {posts < needed ? words.compared(format.count(posts), format.count(needed)) : words.secondPerson}
        </span>
      )}
      {state === 'shadow' && [button('active', words.toActive, waits), button('candidate', words.toCandidate)]}
      {state === 'retired' && [
        button('active', words.toActive),
        ...(id === 0 ? [] : [button('shadow', words.toShadow)]),
      ]}
    </span>
  )
}

const ComparisonPanel = ({ version }: { version: ModelVersion }) => {
  const words = useText().opinionReading
  const format = useFormats()
  const share = (part: number, of: number) => (of === 0 ? '—' : format.share(part / of))
  return (
    <Panel title={words.comparison} note={version.name} flush>
      <Table<Comparison>
        label={words.comparison}
        rows={version.comparison}
        rowKey={({ head }) => head}
        blank={<Blank compact icon="flask" title={words.noComparison} />}
        columns={[
          { key: 'head', title: words.head, card: 'lead', cell: ({ head }) => words.heads[head as Head] },
          { key: 'posts', title: words.posts, align: 'right', cell: ({ posts }) => format.count(posts) },
          { key: 'agreed', title: words.same, align: 'right', cell: ({ agreed, posts }) => share(agreed, posts) },
          { key: 'judged', title: words.judged, align: 'right', cell: ({ judged }) => format.count(judged) },
          {
            key: 'active',
            title: words.activeRight,
            align: 'right',
            cell: ({ activeRight, judged }) => share(activeRight, judged),
          },
          {
            key: 'shadow',
            title: words.shadowRight,
            align: 'right',
            cell: ({ shadowRight, judged }) => share(shadowRight, judged),
          },
        ]}
      />
    </Panel>
  )
}

const CardDialog = ({ card, onClose }: { card: Card; onClose: () => void }) => {
  const words = useText().opinionReading
  const format = useFormats()
  const isReached = ({ name, value, aim = 0 }: Card['figures'][number]) =>
    name.includes('error') ? value <= aim : value >= aim
  return (
    <Modal open title={`${words.card} · ${card.name}`} onCancel={onClose} footer={null} width={860}>
      <div className="model-card">
        <p>
          <b>{words.form}</b> {card.form}
        </p>
        <div>
          <b>{words.sources}</b>
          <ul>
            {card.sources.map(({ name, rows, licence, note }) => (
              <li key={name}>
                {name}: {words.rows(format.count(rows))} · {licence} {note}
              </li>
            ))}
          </ul>
        </div>
        <Table<Card['figures'][number]>
          label={words.figures}
          rows={card.figures}
          rowKey={({ name }) => name}
          blank={null}
          columns={[
            { key: 'name', title: words.figure, card: 'lead', cell: ({ name }) => name },
            { key: 'value', title: words.value, align: 'right', fit: true, cell: ({ value }) => value.toFixed(3) },
            {
              key: 'aim',
              title: words.aim,
              fit: true,
              cell: (figure) =>
                figure.aim === undefined ? (
                  '—'
                ) : (
                  <Badge tone={isReached(figure) ? 'good' : 'warn'}>
                    {figure.aim} {isReached(figure) ? words.reached : words.missed}
                  </Badge>
                ),
            },
            { key: 'count', title: words.count, align: 'right', fit: true, cell: ({ count }) => format.count(count) },
          ]}
        />
        <div>
          <b>{words.limits}</b>
          <ul>
            {card.limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </div>
        <p className="muted small model-hash">
          {words.hash} {card.dataHash}
        </p>
      </div>
    </Modal>
  )
}
