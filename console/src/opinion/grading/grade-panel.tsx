import './grading.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { ApiProblem } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { ClockList } from './clock-list.tsx'
import { decideRequest, type EventGrade, getGrade, pauseClocks, resumeClocks } from './grading-calls.ts'
import { LevelDialog } from './level-dialog.tsx'
import { LevelMark } from './level-mark.tsx'
import { kindName } from './policy-words.ts'
import { targetText, useTargets } from './targets.tsx'

/** Level of an event: its score part by part, why, who answers for it, and the clocks. For the page of an event. */
export const GradePanel = ({ eventId }: { eventId: number }) => {
  const t = useText()
  const grade = useQuery({
    queryKey: ['opinion', 'grade', eventId],
    queryFn: ({ signal }) => getGrade(eventId, signal),
    refetchInterval: 15_000,
  })
  // Graded within seconds of its first post; until then there is nothing to show.
  if (grade.error instanceof ApiProblem && grade.error.code === 'grading.notGraded')
    return (
      <Panel title={t.grading.panel}>
        <Blank compact icon="clock" title={t.grading.notYet} />
      </Panel>
    )
  return (
    <Loaded query={grade} lines={8}>
      {(shown) => <Shown grade={shown} />}
    </Loaded>
  )
}

/** The same on the page of an event. */
export const GradeOfEvent = ({ event }: { event: { id: number } }) => <GradePanel eventId={event.id} />

const Shown = ({ grade }: { grade: EventGrade }) => {
  const t = useText()
  const words = t.grading
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const targets = useTargets()
  const [dialog, setDialog] = useState<'level' | 'pause'>()
  const [all, setAll] = useState(false)
  const settle = () => client.invalidateQueries({ queryKey: ['opinion'] })
  const pause = useMutation({
    mutationFn: (reason: string) => pauseClocks(grade.eventId, reason),
    onSuccess: () => {
      message.success(words.paused)
      setDialog(undefined)
    },
    onSettled: settle,
    onError: fail,
  })
  const resume = useMutation({
    mutationFn: () => resumeClocks(grade.eventId),
    onSuccess: () => message.success(words.resumed),
    onSettled: settle,
    onError: fail,
  })
  const decide = useMutation({
    mutationFn: (approve: boolean) => decideRequest(grade.request?.id ?? 0, approve, ''),
    onSettled: settle,
    onError: fail,
  })
  const { verdict, contract, request } = grade
  const paused = grade.pauses.find(({ to }) => to === null)
  const last = grade.grades.at(-1)
  const most = Math.max(1, ...verdict.components.map(({ contribution }) => Math.abs(contribution)))
  return (
    <div className="grade-grid">
      <Panel
        title={words.panel}
        extra={
          can('opinion.grade') && (
            <Button size="small" onClick={() => setDialog('level')}>
              {words.changeLevel}
            </Button>
          )
        }
      >
        <div className="row grade-head">
          <LevelMark level={grade.level} />
          <span>
            {words.score} <strong className="grade-score">{format.decimal(grade.score)}</strong>
          </span>
          {last && (
            <span className="muted small">
              {last.byMachine ? words.byMachine : words.byPerson(last.by)} · {format.dayHour(grade.since)}
            </span>
          )}
        </div>
        {request && (
          <Notice
            tone="warn"
            action={
              can('opinion.approve') &&
              !request.mine && (
                <span className="row">
                  <Button size="small" type="primary" loading={decide.isPending} onClick={() => decide.mutate(true)}>
                    {words.approveLower}
                  </Button>
                  <Button size="small" disabled={decide.isPending} onClick={() => decide.mutate(false)}>
                    {words.refuseLower}
                  </Button>
                </span>
              )
            }
          >
            {words.request(words.levels[request.level], request.askedBy)}：{request.reason}
          </Notice>
        )}
        {verdict.level !== grade.level && <p className="muted small">{words.differs(words.levels[verdict.level])}</p>}
        <h3 className="grade-sub">{words.whyLevel}</h3>
        {last && !last.byMachine && <p className="wrap">{last.reason}</p>}
        {verdict.held.length === 0 ? (
          <p className="muted">{words.noRuleHeld}</p>
        ) : (
          <div className="row">
            {verdict.held.map(({ id, name, level }) => (
              <Badge key={id} tone={level === 'severe' ? 'bad' : level === 'moderate' ? 'warn' : 'plain'}>
                {name}
              </Badge>
            ))}
          </div>
        )}
        {verdict.cappedBy && <p className="muted small">{words.cappedBy(kindName(t, verdict.cappedBy))}</p>}
        <h3 className="grade-sub">{words.components}</h3>
        <table className="grade-parts" aria-label={words.components}>
          <tbody>
            {verdict.components
              .toSorted((a, b) => b.contribution - a.contribution)
              .map(({ part, raw, value, weight, contribution }) => (
                <tr key={part} title={`${words.raw} ${format.decimal(raw)} · ${format.decimal(value)} × ${weight}`}>
                  <th scope="row">{words.parts[part]}</th>
                  <td className="grade-bar">
                    <div
                      className={contribution < 0 ? 'grade-minus' : ''}
                      style={{ width: `${(Math.abs(contribution) / most) * 100}%` }}
                    />
                  </td>
                  <td className="right">{format.decimal(Math.round(contribution * 100) / 100)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </Panel>
      <Panel
        title={words.deadlines}
        extra={
          can('opinion.grade') &&
          (paused ? (
            <Button size="small" loading={resume.isPending} onClick={() => resume.mutate()}>
              {words.resume}
            </Button>
          ) : (
            <Button size="small" onClick={() => setDialog('pause')}>
              {words.pause}
            </Button>
          ))
        }
      >
        {paused && (
          <Notice tone="warn">
            {words.stands}：{paused.reason}（{paused.by}，{format.dayHour(paused.from)}）
          </Notice>
        )}
        <ClockList deadlines={grade.deadlines} all={all} />
        {!all && grade.deadlines.some(({ state }) => state === 'replaced' || state === 'dropped') && (
          <Button type="link" size="small" onClick={() => setAll(true)}>
            {words.showAll}
          </Button>
        )}
        <dl className="facts">
          <dt>{words.owner}</dt>
          <dd>{targetText(t, targets, contract.owner)}</dd>
          <dt>{words.deputy}</dt>
          <dd>{targetText(t, targets, contract.deputy)}</dd>
          <dt>{words.manager}</dt>
          <dd>{targetText(t, targets, contract.manager)}</dd>
          <dt>{words.plan}</dt>
          <dd>{grade.plan ? `${grade.plan.title}（${words.version(grade.plan.version)}）` : words.noPlan}</dd>
          <dt>{words.signOffs}</dt>
          <dd>{contract.signOffs.map((role) => words.roles[role]).join('、') || words.noSignOffs}</dd>
        </dl>
        <h3 className="grade-sub">{words.gradeHistory}</h3>
        <ol className="grade-history">
          {grade.grades.toReversed().map((one) => (
            <li key={one.id}>
              <div className="row">
                {one.before && (
                  <>
                    <LevelMark level={one.before} />→
                  </>
                )}
                <LevelMark level={one.level} />
                <span className="muted small">{format.dayHour(one.at)}</span>
              </div>
              <div className="small wrap">
                {one.byMachine ? words.byMachine : words.byPerson(one.by)}
                {one.approvedBy && ` · ${words.approvedBy(one.approvedBy)}`}：{one.reason || words.noRule}
              </div>
            </li>
          ))}
        </ol>
      </Panel>
      {dialog === 'level' && <LevelDialog grade={grade} onClose={() => setDialog(undefined)} />}
      {dialog === 'pause' && (
        <ReasonDialog
          title={words.pause}
          warning={words.pauseWarning}
          label={words.pauseReason}
          placeholder={words.pauseSuggestions[0] ?? ''}
          suggestions={words.pauseSuggestions}
          confirm={words.pause}
          busy={pause.isPending}
          onConfirm={(reason) => pause.mutate(reason)}
          onClose={() => setDialog(undefined)}
        />
      )}
    </div>
  )
}
