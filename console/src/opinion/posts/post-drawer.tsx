import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Drawer } from 'antd'
import type { ReactNode } from 'react'
import type { PostDetail, SmallPost } from '../../../../src/opinion/posts/post-contract.ts'
import {
  aspectNames,
  emotionNames,
  kindNames,
  nameIn,
  speakerNames,
  urgencyNames,
} from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Icon } from '../../ui/icon.tsx'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Ago, Badge, CopyButton } from '../../ui/marks.tsx'
import { Loaded } from '../../ui/states.tsx'
import { Highlighted } from './highlighted.tsx'
import { getPost } from './post-calls.ts'
import { AuthorMark, LevelMark, PlatformName, SentimentMark } from './post-marks.tsx'
import { postSlots } from './post-slots.ts'
import { useSubjects } from './use-names.ts'

/** A post with what surrounds it, beside the list. */
export const PostDrawer = ({
  id,
  drill,
  onClose,
  onOpen,
  onStep,
  onCluster,
}: {
  id: string | undefined
  drill: string | undefined
  onClose: () => void
  /** Another post, from its thread or its near-duplicates. */
  onOpen: (id: string) => void
  onStep?: (step: 1 | -1) => void
  onCluster: (cluster: string) => void
}) => {
  const t = useText()
  const words = t.posts
  const detail = useQuery({
    queryKey: ['opinion', 'post', id, drill],
    queryFn: ({ signal }) => getPost(id ?? '', drill, signal),
    enabled: id !== undefined,
  })
  return (
    <Drawer
      open={id !== undefined}
      onClose={onClose}
      title={words.detail}
      size={Math.min(620, window.innerWidth)}
      mask={false}
      rootClassName="post-drawer"
      extra={
        onStep && (
          <span className="row">
            <Button size="small" onClick={() => onStep(-1)} title="k">
              {words.previous}
            </Button>
            <Button size="small" onClick={() => onStep(1)} title="j">
              {words.next}
            </Button>
          </span>
        )
      }
    >
      <Loaded query={detail} lines={10}>
        {(shown) => <Detail detail={shown} onCluster={onCluster} onOpen={onOpen} />}
      </Loaded>
    </Drawer>
  )
}

const Part = ({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) => (
  <section className="post-part">
    <h3>
      {title}
      {note && <span className="panel-note">{note}</span>}
    </h3>
    {children}
  </section>
)

const Detail = ({
  detail,
  onCluster,
  onOpen,
}: {
  detail: PostDetail
  onCluster: (cluster: string) => void
  onOpen: (id: string) => void
}) => {
  const t = useText()
  const format = useFormats()
  const { language } = usePreferences()
  const words = t.posts
  const { post } = detail
  const doubt = words.dateDoubt[post.dateDoubt as keyof typeof words.dateDoubt]
  const slots = (place: 'actions' | 'below') =>
    postSlots
      .filter((slot) => slot.place === place)
      .map(({ key, component: Slot }) => <Slot key={key} detail={detail} />)
  return (
    <div className="post-detail">
      <div className="post-head">
        <span className="post-platform">
          <PlatformName platform={post.platform} />
        </span>
        <span className="muted">{nameIn(kindNames, post.kind, language)}</span>
        <span className="post-author">{post.author.name || words.anonymous}</span>
        <AuthorMark is={post.author.class} />
        {post.author.followers > 0 && (
          <span className="muted small">{words.followers(format.short(post.author.followers))}</span>
        )}
      </div>
      {post.title && (
        <h2 className="post-title">
          <Highlighted text={post.title} spans={post.spans} field="title" />
        </h2>
      )}
      <p className="post-full">
        <Highlighted text={post.text} spans={post.spans} field="text" />
      </p>
      <p className="muted small">
        {format.dateTime(post.publishedAt)}
        {doubt && <Badge tone="warn">{doubt}</Badge>} {detail.source && ` · ${detail.source.name}`} · {words.seen}{' '}
        <Ago at={post.seenAt} />
      </p>
      <div className="post-actions">
        {/^https?:\/\//.test(post.url) && (
          <Button
            href={post.url}
            target="_blank"
            rel="noopener noreferrer nofollow"
            icon={<Icon name="out" size={16} />}
          >
            {words.original}
          </Button>
        )}
        {slots('actions')}
        <CopyButton text={post.url || post.id} />
      </div>
      <dl className="post-numbers">
        {(['likes', 'comments', 'reposts', 'views'] as const).map((name) => (
          <div key={name}>
            <dt>{words[name]}</dt>
            <dd>{format.short(post.engagement[name])}</dd>
          </div>
        ))}
      </dl>
      <ReadingPart detail={detail} />
      {slots('below')}
      {post.complaint && (
        <Part title={words.complaint} note={post.complaint.number}>
          <p>
            {post.complaint.against} · {words.replyState}：{words.replyStates[post.complaint.replyState]}
            {post.complaint.amountFen !== undefined &&
              ` · ${words.amount} ${format.amount('amountFen', post.complaint.amountFen)}`}
          </p>
          {post.complaint.appeal.length > 0 && (
            <p>
              {words.appeal}：{post.complaint.appeal.join('、')}
            </p>
          )}
        </Part>
      )}
      {post.hotList && <p>{words.hotList(post.hotList.list, format.count(post.hotList.rank))}</p>}
      {detail.engagement.length > 1 && (
        <Part title={words.engagementCurve}>
          <Chart
            height={150}
            label={words.engagementCurve}
            series={[
              {
                name: words.interactions,
                kind: 'line',
                color: 'teal',
                points: detail.engagement.map(({ at, likes, comments, reposts }) => ({
                  at,
                  value: likes + comments + reposts,
                })),
              },
            ]}
          />
        </Part>
      )}
      <Part title={words.events}>
        {detail.events.length === 0 ? (
          <p className="muted">{words.noEvent}</p>
        ) : (
          detail.events.map((event) => (
            <p key={event.id}>
              <Link to="/opinion/events/$id" params={{ id: String(event.id) }}>
                {event.title}
              </Link>{' '}
              <LevelMark level={event.level} />
            </p>
          ))
        )}
      </Part>
      {(detail.parent || detail.root || detail.answers.total > 0) && (
        <Part title={words.thread}>
          {detail.root && <Small label={words.root} post={detail.root} onOpen={onOpen} />}
          {detail.parent && <Small label={words.parent} post={detail.parent} onOpen={onOpen} />}
          {detail.answers.items.map((one) => (
            <Small key={one.id} post={one} label={words.answers} onOpen={onOpen} />
          ))}
        </Part>
      )}
      {detail.similar.total > 0 && (
        <Part title={words.similar} note={words.similarCount(format.count(detail.similar.total))}>
          {detail.similar.items.slice(0, 8).map((one) => (
            <Small key={one.id} post={one} onOpen={onOpen} />
          ))}
          <Button type="link" size="small" onClick={() => onCluster(post.clusterId)}>
            {words.allSimilar}
          </Button>
        </Part>
      )}
      {detail.snapshots.length > 0 && (
        <Part
          title={words.snapshots}
          note={
            <Link to="/opinion/evidence" search={{ post: post.id }}>
              {words.evidence}
            </Link>
          }
        >
          {detail.snapshots.map(({ id, fetchedAt, sha256 }) => (
            <p key={id} className="small">
              <code>{words.snapshotNote(format.dateTime(fetchedAt), sha256.slice(0, 16))}</code>
            </p>
          ))}
        </Part>
      )}
    </div>
  )
}

const ReadingPart = ({ detail: { post } }: { detail: PostDetail }) => {
  const t = useText()
  const format = useFormats()
  const { language } = usePreferences()
  const subjects = useSubjects()
  const words = t.posts
  return (
    <Part title={words.reading}>
      <div className="post-reading">
        {post.mentions.map(({ subjectId, toward, negativeP, disguised }) => (
          <span key={subjectId}>
            <SentimentMark
              value={toward}
              of={words.towardSubject(subjects.get(subjectId)?.name ?? String(subjectId))}
            />
            <span className="muted small"> {format.share(negativeP)}</span>
            {disguised && <Badge tone="warn">{words.disguisedName}</Badge>}
          </span>
        ))}
        <SentimentMark value={post.sentiment} of={words.sentiment} />
        {post.aspects.map((one) => (
          <Badge key={one}>{nameIn(aspectNames, one, language)}</Badge>
        ))}
        <Badge tone="blue">{nameIn(speakerNames, post.speaker, language)}</Badge>
        {post.emotion !== 'neutral' && <Badge>{nameIn(emotionNames, post.emotion, language)}</Badge>}
        {post.urgency.map((one) => (
          <Badge key={one} tone="bad">
            {nameIn(urgencyNames, one, language)}
          </Badge>
        ))}
        {post.rumour >= 0.5 && (
          <Badge tone="warn">
            {words.rumour} {format.share(post.rumour)}
          </Badge>
        )}
        {post.spam >= 0.5 && (
          <Badge tone="warn">
            {words.spam} {format.share(post.spam)}
          </Badge>
        )}
      </div>
      {post.unsure.length > 0 && (
        <p className="small">
          {words.needsPerson}：{post.unsure.map((head) => words.heads[head]).join('、')}
        </p>
      )}
      {post.corrected.length > 0 && (
        <p className="small">
          {words.corrected}：{post.corrected.map((head) => words.heads[head]).join('、')}
        </p>
      )}
    </Part>
  )
}

const Small = ({ post, label, onOpen }: { post: SmallPost; label?: string; onOpen: (id: string) => void }) => (
  <p className="post-small">
    {label && <span className="muted small">{label} </span>}
    <button type="button" className="link-button" onClick={() => onOpen(post.id)}>
      {post.title || post.text}
    </button>
    <span className="muted small">
      {' '}
      <PlatformName platform={post.platform} /> · {post.authorName} · <Ago at={post.publishedAt} />
    </span>
  </p>
)
