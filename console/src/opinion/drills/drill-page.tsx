import './drills.css'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Meter, Notice } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { LevelMark } from '../grading/level-mark.tsx'
import { DrillBeats } from './drill-beats.tsx'
import { DrillBrought } from './drill-brought.tsx'
import { type DrillDetail, getDrill } from './drill-calls.ts'
import { DrillControls } from './drill-controls.tsx'
import { DrillCurve } from './drill-curve.tsx'
import { DrillBanner, DrillState } from './drill-marks.tsx'
import { ScorePanel } from './score-panel.tsx'

const refreshMs = 2_500
/** Alerts and clocks come to rest a little after the drill. */
const restMs = 60_000

const refreshOf = (drill: DrillDetail | undefined): number | false => {
  if (drill?.state === 'planned' || drill?.state === 'paused') return 4 * refreshMs
  const over = drill?.endedAt ? Date.now() - new Date(drill.endedAt).getTime() : 0
  return drill && over < restMs ? refreshMs : false
}

/** One drill, live while it runs. */
export const DrillPage = () => {
  const { id } = useParams({ from: '/inside/opinion/drills/$id' })
  const t = useText()
  const words = t.drills
  const can = useCan()
  const drill = useQuery({
    queryKey: ['opinion', 'drills', Number(id)],
    queryFn: ({ signal }) => getDrill(Number(id), signal),
    // A planned one may begin by itself; what a drill brought about goes on for a while after it is over.
    refetchInterval: ({ state: { data } }) => refreshOf(data),
  })
  return (
    <Page
      title={drill.data?.name ?? words.title}
      subtitle={drill.data && <Subtitle drill={drill.data} />}
      back={{ to: '/opinion/drills', label: words.title }}
      actions={drill.data && can('opinion.drill') && <DrillControls drill={drill.data} />}
    >
      <Loaded query={drill} lines={12}>
        {(drill) => (
          <div className="stack-16">
            <DrillBanner />
            {drill.note !== '' && <Notice>{`${words.note}：${drill.note}`}</Notice>}
            <Panel title={words.curve} note={words.curveNote}>
              <Progress drill={drill} />
              <DrillCurve drill={drill} />
            </Panel>
            <div className="drill-columns">
              <div className="stack-16">
                <ScorePanel drill={drill} />
                <DrillBrought drill={drill} />
              </div>
              <div className="stack-16">
                <Panel title={words.story}>
                  <p className="drill-story">{drill.story}</p>
                  {drill.aims !== '' && (
                    <>
                      <h3 className="drill-sub">{words.aims}</h3>
                      <p className="drill-story">{drill.aims}</p>
                    </>
                  )}
                  <p className="row small">
                    <span className="muted">{words.level}</span> <LevelMark level={drill.level} />
                  </p>
                </Panel>
                <Panel title={words.beats} note={words.beatsNote}>
                  <DrillBeats drill={drill} />
                </Panel>
              </div>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

const Subtitle = ({ drill }: { drill: DrillDetail }) => {
  const words = useText().drills
  const format = useFormats()
  const { state, scenario, subject, speed, plannedAt, startedAt, endedAt } = drill
  return (
    <span className="row">
      <DrillState state={state} />
      <span>{[scenario, subject, words.speedOf(format.decimal(speed))].join(' · ')}</span>
      {state === 'planned' && plannedAt && <span>{words.startsAt(format.dayHour(plannedAt))}</span>}
      {startedAt && (
        <span>
          {words.began} {format.dayHour(startedAt)}
        </span>
      )}
      {endedAt && (
        <span>
          {words.overAt} {format.dayHour(endedAt)}
        </span>
      )}
    </span>
  )
}

const Progress = ({ drill: { minute, minutes, told, posts } }: { drill: DrillDetail }) => {
  const words = useText().drills
  const format = useFormats()
  return (
    <div className="drill-progress">
      <span className="row row-between">
        <strong>{words.minuteOf(format.decimal(Math.floor(minute)), format.count(minutes))}</strong>
        <span className="muted small">{words.postsOut(format.count(told), format.count(posts))}</span>
      </span>
      <Meter share={minutes === 0 ? 0 : minute / minutes} label={words.progress} />
    </div>
  )
}
