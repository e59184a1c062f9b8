import './mining.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useState } from 'react'
import { ApiProblem } from '../api.ts'
import { useActorName } from '../i18n/actor-name.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Meter, Notice } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { ClustersAnswer } from './clusters-answer.tsx'
import { cancelRun, deleteRun, getRun, type RulesWanted, tableUrl } from './mining-calls.ts'
import { RunBadge, useRunName } from './mining-page.tsx'
import { isGoing, type Picked, type Run } from './mining-shapes.ts'
import { PeopleDrawer } from './people-drawer.tsx'
import { RfmAnswer } from './rfm-answer.tsx'
import { RulesAnswer } from './rules-answer.tsx'
import { TagDialog, type TagOffer } from './tag-dialog.tsx'
import { ValueAnswer } from './value-answer.tsx'

/** One question: how far it is, or what came of it. */
export const MiningRunPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/mining/runs/$id' })
  const run = useQuery({
    queryKey: ['mining', 'run', id],
    queryFn: ({ signal }) => getRun(id, signal),
    refetchInterval: ({ state }) => (state.data && isGoing(state.data) ? 700 : false),
  })
  if (!run.data) {
    return (
      <Page title={t.mining.title} back={{ to: '/mining', label: t.mining.title }}>
        <Panel>
          <Loaded query={run}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  }
  return <Shown run={run.data} />
}

const Shown = ({ run }: { run: Run }) => {
  const t = useText()
  const actorName = useActorName()
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const name = useRunName()(run)
  const [picked, setPicked] = useState<Picked>()
  const [tagging, setTagging] = useState(false)
  const [wanted, setWanted] = useState<RulesWanted>({ order: 'lift', redundant: 'yes' })
  const cancel = useMutation({
    mutationFn: () => cancelRun(run.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['mining'] }),
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteRun(run.id),
    onSuccess: async () => {
      await navigate({ to: '/mining' })
      await client.invalidateQueries({ queryKey: ['mining'] })
    },
    onError: fail,
  })
  const offers = offersOf(run, name, t.mining.scoreTitles)
  const { question, result } = run
  const took = run.startedAt && run.finishedAt ? (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000 : null
  return (
    <Page
      title={name}
      back={{ to: '/mining', label: t.mining.title }}
      subtitle={
        <span className="row">
          <span>{t.mining.kinds[run.kind].name}</span>
          <RunBadge state={run.state} />
          <span>
            {t.mining.asOf} {format.dateTime(run.asOf)} · {t.mining.by} {actorName(run.createdBy)}
            {took === null ? '' : ` · ${t.mining.took} ${format.duration(took)}`}
          </span>
        </span>
      }
      actions={
        <>
          {can('insights.write') && isGoing(run) && (
            <Button icon={<Icon name="stop" size={16} />} loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t.mining.cancel}
            </Button>
          )}
          {run.state === 'done' && offers.length > 0 && can('tags.write') && (
            <Button type="primary" icon={<Icon name="dictionary" size={16} />} onClick={() => setTagging(true)}>
              {t.mining.saveTag}
            </Button>
          )}
          {run.state === 'done' && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: (['csv', 'xlsx'] as const).map((format) => ({
                  key: format,
                  label: (
                    <a href={tableUrl(run.id, format, run.kind === 'rules' ? wanted : undefined)} download>
                      {format.toUpperCase()}
                    </a>
                  ),
                })),
              }}
            >
              <Button icon={<Icon name="download" size={16} />}>{t.mining.download}</Button>
            </Dropdown>
          )}
          {can('insights.write') && !isGoing(run) && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  { key: 'again', label: t.mining.again, icon: <Icon name="refresh" size={16} /> },
                  { key: 'delete', label: t.ui.remove, danger: true, icon: <Icon name="trash" size={16} /> },
                ],
                onClick: ({ key }) => {
                  if (key === 'again')
                    return navigate({ to: '/mining/new/$kind', params: { kind: run.kind }, search: { from: run.id } })
                  return confirm({
                    title: t.mining.deleteTitle,
                    content: t.mining.deleteHint,
                    okText: t.ui.remove,
                    danger: true,
                    run: () => drop.mutateAsync(),
                  })
                },
              }}
            >
              <Button aria-label={t.ui.moreActions} icon={<Icon name="more" size={16} />} />
            </Dropdown>
          )}
        </>
      }
    >
      {isGoing(run) && (
        <Panel title={t.mining.stages[run.stage] ?? t.mining.states[run.state]}>
          <Meter label={name} share={run.state === 'queued' ? undefined : run.progress} />
        </Panel>
      )}
      {run.error && (
        <Notice tone="bad">
          {problemText(
            t,
            new ApiProblem({ code: run.error.code, status: 422, title: run.error.title, detail: run.error.detail }),
          )}
        </Notice>
      )}
      {run.state === 'cancelled' && <Notice tone="info">{t.mining.states.cancelled}</Notice>}
      {result?.kind === 'rfm' && question.kind === 'rfm' && (
        <RfmAnswer id={run.id} result={result} question={question} onPick={setPicked} />
      )}
      {result?.kind === 'value' && question.kind === 'value' && (
        <ValueAnswer result={result} question={question} onPick={setPicked} />
      )}
      {result?.kind === 'clusters' && question.kind === 'clusters' && (
        <ClustersAnswer id={run.id} result={result} question={question} onPick={setPicked} />
      )}
      {result?.kind === 'rules' && (
        <RulesAnswer id={run.id} result={result} wanted={wanted} onWanted={setWanted} onPick={setPicked} />
      )}
      {picked && <PeopleDrawer run={run.id} picked={picked} onClose={() => setPicked(undefined)} />}
      {tagging && <TagDialog offers={offers} title={name} onClose={() => setTagging(false)} />}
    </Page>
  )
}

/** What of an answer a tag can hold. */
const offersOf = (run: Run, name: string, scores: Record<'alive' | 'expected' | 'value', string>): TagOffer[] => {
  switch (run.kind) {
    case 'rules':
      return []
    case 'rfm':
    case 'clusters':
      return [{ model: run.kind, id: run.id, title: name, takes: ['label', 'value'] }]
    case 'value':
      return (['alive', 'expected', 'value'] as const).map((score) => ({
        model: 'value',
        id: `${run.id}:${score}`,
        title: `${name} · ${scores[score]}`,
        takes: ['value'],
      }))
  }
}
