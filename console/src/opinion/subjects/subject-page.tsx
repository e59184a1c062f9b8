import './subjects.css'
import '../posts/posts.css'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Checkbox, Popconfirm, Select } from 'antd'
import { useMemo, useState } from 'react'
import { netSentiment } from '../../../../src/opinion/awareness/net-sentiment-contract.ts'
import type { SubjectFigures } from '../../../../src/opinion/posts/post-contract.ts'
import type { Subject, SubjectDetail } from '../../../../src/opinion/subjects/subject-contract.ts'
import { aspectNames, nameIn, platformNames, speakerNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Ago, Badge, Tabs, Tile } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { findPosts } from '../posts/post-calls.ts'
import { PostDrawer } from '../posts/post-drawer.tsx'
import { PostItem } from '../posts/post-item.tsx'
import { AuthorMark, LevelMark, PlatformName } from '../posts/post-marks.tsx'
import { useSubjects } from '../posts/use-names.ts'
import { RematchPanel } from './rematch-panel.tsx'
import { RulesPanel } from './rules-panel.tsx'
import { changeSubject, deleteSubject, getFigures, getSubject } from './subject-calls.ts'
import { SubjectDialog } from './subject-dialog.tsx'

const spans = ['1', '7', '30', '90'] as const
type Days = (typeof spans)[number]

/** One subject: how much, how, where and by whom it is talked about, beside others; and what finds it. */
export const SubjectPage = () => {
  const t = useText()
  const words = t.subjects
  const { id } = useParams({ from: '/inside/opinion/subjects/$id' })
  const subject = useQuery({
    queryKey: ['opinion', 'subjects', Number(id)],
    queryFn: ({ signal }) => getSubject(Number(id), signal),
  })
  return (
    <Loaded query={subject} lines={10}>
      {(shown) => (
        <Page
          title={shown.name}
          back={{ to: '/opinion/subjects', label: words.title }}
          subtitle={
            <span className="row">
              <i className="subject-dot" style={{ background: shown.colour }} />
              {words.kinds[shown.kind]} · {shown.own ? words.ours : words.others}
              {shown.owner && ` · ${words.owner} ${shown.owner}`}
              {shown.productKey && ` · ${words.productKey} ${shown.productKey}`}
              {shown.state === 'off' && <Badge>{words.states.off}</Badge>}
            </span>
          }
          actions={<Actions subject={shown} />}
        >
          {shown.rulesList.length === 0 ? [rules(shown), figures(shown)] : [figures(shown), rules(shown)]}
          <RematchPanel subjectId={shown.id} />
        </Page>
      )}
    </Loaded>
  )
}

const figures = (subject: SubjectDetail) => <Figures key="figures" subject={subject} />
// Without a rule nothing is found: then the rules stand first.
const rules = (subject: SubjectDetail) => <RulesPanel key="rules" subject={subject} />

const Actions = ({ subject }: { subject: SubjectDetail }) => {
  const t = useText()
  const words = t.subjects
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const all = useSubjects()
  const [editing, setEditing] = useState(false)
  const settle = () => client.invalidateQueries({ queryKey: ['opinion', 'subjects'] })
  const turn = useMutation({
    mutationFn: () => changeSubject(subject.id, { state: subject.state === 'on' ? 'off' : 'on' }),
    onSuccess: settle,
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteSubject(subject.id),
    onSuccess: async () => {
      await navigate({ to: '/opinion/subjects' })
      await settle()
    },
    onError: fail,
  })
  if (!can('opinion.write')) return null
  return (
    <>
      <Button onClick={() => setEditing(true)}>{words.edit}</Button>
      <Button loading={turn.isPending} onClick={() => turn.mutate()}>
        {subject.state === 'on' ? words.stop : words.resume}
      </Button>
      <Popconfirm
        title={words.removeText}
        okText={words.remove}
        cancelText={t.ui.cancel}
        onConfirm={() => drop.mutate()}
      >
        <Button danger>{words.remove}</Button>
      </Popconfirm>
      {editing && <SubjectDialog subject={subject} all={[...all.values()]} onClose={() => setEditing(false)} />}
    </>
  )
}

const Figures = ({ subject }: { subject: SubjectDetail }) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const all = useSubjects()
  const rivals = [...all.values()].filter((one) => one.id !== subject.id)
  const [days, setDays] = useState<Days>('30')
  const [parts, setParts] = useState(true)
  const [chosen, setChosen] = useState<number[]>()
  // Without a choice: those of the same side that are talked about, the largest first.
  const others =
    chosen ??
    rivals
      .filter(({ kind, own }) => kind === 'competitor' || (subject.own && !own && kind === 'brand'))
      .slice(0, 4)
      .map(({ id }) => id)
  const range = useMemo(() => {
    const now = Date.now()
    return { from: new Date(now - Number(days) * 86_400_000).toISOString(), to: new Date(now).toISOString() }
  }, [days])
  const figures = useQuery({
    queryKey: ['opinion', 'subjects', subject.id, 'figures', range, parts, others],
    queryFn: ({ signal }) =>
      getFigures(
        subject.id,
        { ...range, parts: parts ? 'true' : undefined, with: others.length > 0 ? others.join(',') : undefined },
        signal,
      ),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <div className="subject-bar">
        <Tabs
          label={t.posts.time}
          value={days}
          onChange={setDays}
          items={spans.map((key) => ({ key, label: words.times[key] }))}
        />
        <Checkbox checked={parts} onChange={({ target }) => setParts(target.checked)}>
          {words.withParts}
        </Checkbox>
        <Select
          mode="multiple"
          aria-label={words.compareWith}
          placeholder={words.compareWith}
          style={{ minWidth: 220, flex: '1 1 220px' }}
          value={others}
          onChange={(ids: number[]) => setChosen(ids)}
          options={rivals.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </div>
      <Loaded query={figures} lines={6}>
        {(shown) => (
          <>
            <Summary of={shown} />
            <Panel title={words.volume}>
              <Chart
                height={240}
                label={words.volume}
                tick={shown.stepMs >= 86_400_000 ? 'date' : 'dayHour'}
                series={[
                  {
                    name: words.volume,
                    kind: 'line',
                    color: 'teal',
                    points: shown.trend.map(({ at, posts }) => ({ at, value: posts })),
                  },
                  {
                    name: words.negative,
                    kind: 'line',
                    color: 'cinnabar',
                    points: shown.trend.map(({ at, negative }) => ({ at, value: negative })),
                  },
                ]}
              />
            </Panel>
            <div className="subject-grid">
              <Shares of={shown} all={all} self={subject} />
              <Ranking title={words.aspects} rows={shown.aspects} names={aspectNames} />
              <Ranking title={words.platforms} rows={shown.platforms} names={platformNames} />
              <Ranking title={words.speakers} rows={shown.speakers} names={speakerNames} />
            </div>
            <div className="subject-grid">
              <Panel title={words.voices}>
                {shown.voices.length === 0 ? (
                  <Blank compact title={words.noData} />
                ) : (
                  <ol className="voices">
                    {shown.voices.map((voice) => (
                      <li key={voice.author}>
                        <Link to="/opinion/posts" search={{ author: voice.author }}>
                          {voice.name || t.posts.anonymous}
                        </Link>
                        <AuthorMark is={voice.class} />
                        <span className="muted small">
                          <PlatformName platform={voice.platform} /> ·{' '}
                          {t.posts.followers(format.short(voice.followers))}
                        </span>
                        <span className="voice-sum">
                          {format.count(voice.posts)}
                          {voice.negative > 0 && <em>{words.negativeOf(format.count(voice.negative))}</em>}
                        </span>
                      </li>
                    ))}
                  </ol>
                )}
              </Panel>
              <Panel title={words.events}>
                {shown.events.length === 0 ? (
                  <Blank compact title={words.noEvents} />
                ) : (
                  <ul className="voices">
                    {shown.events.map((event) => (
                      <li key={event.id}>
                        <Link to="/opinion/events/$id" params={{ id: String(event.id) }}>
                          {event.title}
                        </Link>
                        <LevelMark level={event.level} />
                        <span className="muted small">
                          <Ago at={event.lastAt} />
                        </span>
                        <span className="voice-sum">{format.count(event.posts)}</span>
                      </li>
                    ))}
                  </ul>
                )}
              </Panel>
            </div>
          </>
        )}
      </Loaded>
      <Latest subject={subject} />
    </>
  )
}

const Summary = ({ of }: { of: SubjectFigures }) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const sum = of.shares.reduce((all, { posts }) => all + posts, 0)
  const net = netSentiment(of.now.positive, of.now.negative, of.now.posts)
  const before = (value: string) => `${words.before} ${value}`
  const share = (part: number, whole: number) => (whole === 0 ? '—' : format.share(part / whole))
  return (
    <div className="tiles">
      <Tile label={words.volume} value={format.count(of.now.posts)} note={before(format.count(of.before.posts))} />
      <Tile
        label={words.negative}
        value={share(of.now.negative, of.now.posts)}
        note={before(share(of.before.negative, of.before.posts))}
      />
      <Tile label={words.net} value={net === null ? '—' : format.share(net)} note={words.netHint} />
      <Tile label={words.shareOfVoice} value={share(of.now.posts, sum)} />
    </div>
  )
}

const Shares = ({ of, all, self }: { of: SubjectFigures; all: ReadonlyMap<number, Subject>; self: SubjectDetail }) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const sum = Math.max(
    1,
    of.shares.reduce((whole, { posts }) => whole + posts, 0),
  )
  return (
    <Panel title={words.shareOfVoice}>
      <ul className="ranking">
        {[...of.shares]
          .sort((a, b) => b.posts - a.posts)
          .map(({ subjectId, posts, negative }) => (
            <li key={subjectId} className={subjectId === self.id ? 'strong' : ''}>
              <span>{all.get(subjectId)?.name ?? self.name}</span>
              <span className="ranking-bar">
                <span
                  style={{ width: `${(posts / sum) * 100}%`, background: all.get(subjectId)?.colour ?? self.colour }}
                />
              </span>
              <span className="ranking-count">
                {format.share(posts / sum)}
                <em>{words.negativeOf(format.count(negative))}</em>
              </span>
            </li>
          ))}
      </ul>
    </Panel>
  )
}

const Ranking = <K extends string>({
  title,
  rows,
  names,
}: {
  title: string
  rows: readonly { key: K; posts: number; negative: number }[]
  names: Readonly<Record<K, readonly [string, string]>>
}) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const { language } = usePreferences()
  const most = Math.max(1, ...rows.map(({ posts }) => posts))
  return (
    <Panel title={title}>
      {rows.length === 0 ? (
        <Blank compact title={words.noData} />
      ) : (
        <ul className="ranking">
          {rows.slice(0, 11).map(({ key, posts, negative }) => (
            <li key={key}>
              <span>{nameIn(names, key, language)}</span>
              <span className="ranking-bar">
                <span style={{ width: `${(posts / most) * 100}%` }}>
                  <i style={{ width: `${posts === 0 ? 0 : (negative / posts) * 100}%` }} />
                </span>
              </span>
              <span className="ranking-count">
                {format.count(posts)}
                {negative > 0 && <em>{words.negativeOf(format.count(negative))}</em>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

const Latest = ({ subject }: { subject: SubjectDetail }) => {
  const t = useText()
  const words = t.subjects
  const navigate = useNavigate()
  const [open, setOpen] = useState<string>()
  const question = { subjects: String(subject.id), limit: '6', collapse: 'true' }
  const posts = useQuery({
    queryKey: ['opinion', 'posts', question],
    queryFn: ({ signal }) => findPosts(question, undefined, signal),
    refetchInterval: 30_000,
  })
  const cluster = (id: string) => void navigate({ to: '/opinion/posts', search: { cluster: id } })
  return (
    <Panel
      flush
      title={words.latest}
      extra={
        <Link to="/opinion/posts" search={{ subjects: String(subject.id) }}>
          {words.allPosts}
        </Link>
      }
    >
      <Loaded query={posts} lines={4} compact>
        {({ items }) =>
          items.length === 0 ? (
            <Blank compact title={words.noData} />
          ) : (
            items.map((post) => (
              <PostItem
                key={post.id}
                post={post}
                chosen={post.id === open}
                onOpen={() => setOpen(post.id)}
                onCluster={() => cluster(post.clusterId)}
              />
            ))
          )
        }
      </Loaded>
      <PostDrawer id={open} drill={undefined} onClose={() => setOpen(undefined)} onOpen={setOpen} onCluster={cluster} />
    </Panel>
  )
}
