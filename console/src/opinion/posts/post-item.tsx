import type { PostRow } from '../../../../src/opinion/posts/post-contract.ts'
import { aspectNames, kindNames, nameIn, speakerNames, urgencyNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Highlighted } from './highlighted.tsx'
import { AuthorMark, PlatformName, SentimentMark } from './post-marks.tsx'
import { useSubjects } from './use-names.ts'

const longest = 220

/** One post of a list. */
export const PostItem = ({
  post,
  chosen,
  onOpen,
  onCluster,
}: {
  post: PostRow
  chosen: boolean
  onOpen: () => void
  onCluster?: (() => void) | undefined
}) => {
  const t = useText()
  const format = useFormats()
  const { language } = usePreferences()
  const subjects = useSubjects()
  const words = t.posts
  return (
    <article className={`post ${chosen ? 'post-chosen' : ''}`} data-post={post.id} aria-current={chosen}>
      <header className="post-head">
        <span className="post-platform">
          <PlatformName platform={post.platform} />
        </span>
        {post.kind !== 'post' && <span className="muted">{nameIn(kindNames, post.kind, language)}</span>}
        <span className="post-author">{post.author.name || words.anonymous}</span>
        <AuthorMark is={post.author.class} />
        {post.author.followers > 0 && (
          <span className="muted small">{words.followers(format.short(post.author.followers))}</span>
        )}
        <span className="post-time">
          <Ago at={post.publishedAt} />
        </span>
      </header>
      <button type="button" className="post-body" onClick={onOpen}>
        {post.title && (
          <strong className="post-title">
            <Highlighted text={post.title} spans={post.spans} field="title" />
          </strong>
        )}
        {post.text && (
          <span className="post-text">
            <Highlighted text={post.text} spans={post.spans} field="text" most={longest} />
          </span>
        )}
      </button>
      <footer className="post-foot">
        {post.mentions.map(({ subjectId, toward, disguised }) => (
          <span key={subjectId} className="post-mention">
            <i style={{ background: subjects.get(subjectId)?.colour ?? 'var(--ink-3)' }} />
            <SentimentMark value={toward} of={subjects.get(subjectId)?.name ?? String(subjectId)} />
            {disguised && <Badge tone="warn">{words.disguisedName}</Badge>}
          </span>
        ))}
        {post.mentions.length === 0 && <SentimentMark value={post.sentiment} />}
        {post.urgency.map((one) => (
          <Badge key={one} tone="bad">
            {nameIn(urgencyNames, one, language)}
          </Badge>
        ))}
        {post.aspects.map((one) => (
          <Badge key={one}>{nameIn(aspectNames, one, language)}</Badge>
        ))}
        {post.speaker !== 'consumer' && <Badge tone="blue">{nameIn(speakerNames, post.speaker, language)}</Badge>}
        {post.unsure.length > 0 && <Badge tone="warn">{words.needsPerson}</Badge>}
        <span className="post-sums">
          {words.interactions} {format.short(post.engagementSum)}
          {post.copies > 1 && (
            <button type="button" className="link-button" onClick={onCluster}>
              {words.copies(format.count(post.copies - 1))}
            </button>
          )}
        </span>
      </footer>
    </article>
  )
}
