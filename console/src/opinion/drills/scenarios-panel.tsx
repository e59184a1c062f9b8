import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { LevelMark } from '../grading/level-mark.tsx'
import { deleteScenario, getScenarios, restoreScenario, type ScenarioRow } from './drill-calls.ts'
import { PaceCurve } from './pace-curve.tsx'

/** Stories to practise with. */
export const ScenariosPanel = ({ onUse }: { onUse: (scenarioId: number) => void }) => {
  const words = useText().drills
  const can = useCan()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const scenarios = useQuery({ queryKey: ['opinion', 'scenarios'], queryFn: ({ signal }) => getScenarios(signal) })
  const add = can('opinion.drill') && (
    <Button icon={<Icon name="plus" size={16} />} onClick={() => void navigate({ to: '/opinion/scenarios/new' })}>
      {words.newScenario}
    </Button>
  )
  return (
    <>
      <div className="scenario-bar">
        <span data-page-search>
          <Input
            allowClear
            aria-label={words.search}
            placeholder={words.search}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </span>
        {add}
      </div>
      <Loaded query={scenarios} lines={8}>
        {({ items }) => {
          const wanted = text.trim().toLowerCase()
          const fitting = items.filter(({ name, story }) => `${name} ${story}`.toLowerCase().includes(wanted))
          if (fitting.length === 0)
            return (
              <Panel>
                {items.length === 0 ? (
                  <Blank icon="flask" title={words.noScenarios} hint={words.noScenariosHint}>
                    {add}
                  </Blank>
                ) : (
                  <Blank icon="search" title={words.noneFit} />
                )}
              </Panel>
            )
          return (
            <ul className="scenarios">
              {fitting.map((scenario) => (
                <Card key={scenario.id} scenario={scenario} onUse={() => onUse(scenario.id)} />
              ))}
            </ul>
          )
        }}
      </Loaded>
    </>
  )
}

const Card = ({ scenario, onUse }: { scenario: ScenarioRow; onUse: () => void }) => {
  const t = useText()
  const words = t.drills
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const { id, name, story, pace, crowd, beats, minutes, level, version, changedAt } = scenario
  const refresh = () => client.invalidateQueries({ queryKey: ['opinion', 'scenarios'] })
  const restore = useMutation({
    mutationFn: () => restoreScenario(id),
    onSuccess: () => message.success(words.restored),
    onError: fail,
    onSettled: refresh,
  })
  const removal = useMutation({
    mutationFn: () => deleteScenario(id),
    onSuccess: () => {
      const key = `scenario-${id}`
      message.success({
        key,
        duration: 10,
        content: (
          <span className="row">
            {words.deleted(name)}
            <Button
              type="link"
              size="small"
              onClick={() => {
                message.destroy(key)
                restore.mutate()
              }}
            >
              {words.undo}
            </Button>
          </span>
        ),
      })
    },
    onError: fail,
    onSettled: refresh,
  })
  return (
    <li className="scenario panel">
      <div className="scenario-head">
        <div>
          <h3>
            {can('opinion.drill') ? (
              <Link to="/opinion/scenarios/$id" params={{ id: String(id) }}>
                {name}
              </Link>
            ) : (
              name
            )}
          </h3>
          <span className="row small">
            <LevelMark level={level} />
            <span className="muted">
              {words.summary(format.count(crowd), format.count(beats.length), format.count(minutes))}
            </span>
          </span>
        </div>
        <figure>
          <PaceCurve pace={pace} />
          <figcaption className="muted small">{words.paces[pace].name}</figcaption>
        </figure>
      </div>
      <p className="scenario-story">{story}</p>
      <div className="row row-between scenario-foot">
        <span className="muted small">
          {words.version(version)} · <Ago at={changedAt} />
        </span>
        {can('opinion.drill') && (
          <span className="row">
            <Button size="small" type="primary" onClick={onUse}>
              {words.use}
            </Button>
            <Link className="small" to="/opinion/scenarios/new" search={{ from: id }}>
              {words.duplicate}
            </Link>
            <Button
              size="small"
              type="text"
              danger
              loading={removal.isPending}
              aria-label={`${t.ui.remove} ${name}`}
              onClick={() => removal.mutate()}
            >
              {t.ui.remove}
            </Button>
          </span>
        )}
      </div>
    </li>
  )
}
