import { type ReactNode, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { keyed } from '../ui/keyed.ts'
import { Tabs } from '../ui/marks.tsx'
import type { Rendered } from './creative-shapes.ts'

/** A message as its recipient sees it. */
export const Phone = ({ rendered }: { rendered: Rendered }) => {
  switch (rendered.channel) {
    case 'email':
      return <Mail {...rendered} />
    case 'call':
      return <Script {...rendered} />
    case 'branch':
      return (
        <div className="paper">
          <h3>{rendered.title}</h3>
          <p className="pre">{rendered.text}</p>
          <ul className="paper-list">
            {rendered.checklist.map((item) => (
              <li key={item}>☐ {item}</li>
            ))}
          </ul>
        </div>
      )
    case 'webhook':
      return (
        <div className="paper">
          <h3>{rendered.type}</h3>
          <pre className="pre small">{JSON.stringify(rendered.body, null, 2)}</pre>
        </div>
      )
    default:
      return <Screen rendered={rendered} />
  }
}

const Frame = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="phone">
    <div className="phone-bar">{title}</div>
    <div className="phone-screen">{children}</div>
  </div>
)

type OnScreen = Exclude<Rendered, { channel: 'email' | 'call' | 'branch' | 'webhook' }>

const Screen = ({ rendered }: { rendered: OnScreen }) => {
  const t = useText()
  const words = t.creatives.phone
  switch (rendered.channel) {
    case 'sms':
      return (
        <Frame title={words.operator}>
          <p className="bubble">{rendered.text}</p>
        </Frame>
      )
    case 'push':
      return (
        <Frame title={words.now}>
          <div className="push">
            <div className="strong">{rendered.title}</div>
            <p>{rendered.text}</p>
            {rendered.picture && <Picture url={rendered.picture} />}
          </div>
        </Frame>
      )
    case 'wechat':
      return (
        <Frame title={t.creatives.channels.wechat}>
          <WechatCard rendered={rendered} />
        </Frame>
      )
    case 'wecom':
      return (
        <Frame title={t.creatives.channels.wecom}>
          <p className="bubble">{rendered.text}</p>
          {keyed(rendered.attachments).map(({ item: one, key }) => (
            <div className="card-small" key={key}>
              {one.kind === 'image' ? (
                <Picture url={one.url} />
              ) : (
                <>
                  <div className="strong">{one.title}</div>
                  {one.kind === 'link' && <p className="muted small">{one.description}</p>}
                </>
              )}
            </div>
          ))}
        </Frame>
      )
    case 'inApp':
      return <Slot {...rendered} />
  }
}

const WechatCard = ({ rendered: { message } }: { rendered: Extract<Rendered, { channel: 'wechat' }> }) => {
  if (message.kind === 'text') return <p className="bubble">{message.text}</p>
  if (message.kind === 'subscription')
    return (
      <div className="card-small">
        {message.fields.map(({ key, value }) => (
          <div className="fact" key={key}>
            <span className="muted">{key}</span>
            <span>{value}</span>
          </div>
        ))}
      </div>
    )
  return (
    <div className="card-small">
      <div className="strong">{message.title}</div>
      {message.kind === 'news' && (
        <>
          {message.picture && <Picture url={message.picture} />}
          <p className="muted small">{message.description}</p>
        </>
      )}
      {message.kind === 'miniProgram' && <p className="muted small">{message.miniProgram.path}</p>}
    </div>
  )
}

/** Pictures of others are not fetched while writing: their place and address are shown. */
const Picture = ({ url, alt }: { url: string; alt?: string }) => (
  <div className="picture-place" title={url}>
    <Icon name="eye" size={18} />
    <span className="small">{alt || url}</span>
  </div>
)

/** The slot with its control to close: 44 px at least, gone at the first touch. */
const Slot = ({
  shape,
  title,
  text,
  picture,
  alt,
  button,
  closePx,
  marked,
}: Extract<Rendered, { channel: 'inApp' }>) => {
  const t = useText()
  const words = t.creatives.phone
  const [closed, setClosed] = useState(false)
  return (
    <Frame title={t.creatives.channels.inApp}>
      {closed ? (
        <div className="slot-closed">
          <p className="muted small">{words.closed}</p>
          <button type="button" className="link-button" onClick={() => setClosed(false)}>
            {words.reopen}
          </button>
        </div>
      ) : (
        <div className={`slot slot-${shape}`}>
          <button
            type="button"
            className="slot-close"
            style={{ width: closePx, height: closePx }}
            aria-label={words.close}
            onClick={() => setClosed(true)}
          >
            <Icon name="close" size={20} />
          </button>
          {picture && <Picture url={picture} alt={alt} />}
          <div className="strong slot-title">{title}</div>
          {text && <p>{text}</p>}
          {button && <span className="slot-button">{button.label}</span>}
          {marked && <span className="slot-mark">{words.ad}</span>}
        </div>
      )}
    </Frame>
  )
}

const Mail = ({ fromName, subject, preheader, html, text }: Extract<Rendered, { channel: 'email' }>) => {
  const t = useText()
  const words = t.creatives.phone
  const [part, setPart] = useState<'mobile' | 'desktop' | 'text'>('mobile')
  return (
    <div className="mail">
      <div className="mail-head">
        <div className="strong">{fromName}</div>
        <div>{subject}</div>
        <div className="muted small">{preheader}</div>
      </div>
      <Tabs
        label={words.width}
        value={part}
        onChange={setPart}
        items={[
          { key: 'mobile', label: words.mobile },
          { key: 'desktop', label: words.desktop },
          { key: 'text', label: words.textPart },
        ]}
      />
      {part === 'text' ? (
        <pre className="mail-text">{text}</pre>
      ) : (
        // Sandboxed without scripts and origin: whatever a template holds stays inside.
        <div className={`mail-frame mail-${part}`}>
          <iframe title={subject} sandbox="" srcDoc={html} />
        </div>
      )}
    </div>
  )
}

const Script = ({ opening, blocks, questions, never, closing }: Extract<Rendered, { channel: 'call' }>) => {
  const t = useText()
  const words = t.creatives.phone
  return (
    <div className="paper">
      <p className="pre">{opening}</p>
      {blocks.map(({ title, text }) => (
        <section key={title}>
          <h3>{title}</h3>
          <p className="pre">{text}</p>
        </section>
      ))}
      {questions.length > 0 && (
        <section>
          <h3>{words.questions}</h3>
          {questions.map(({ ask, answers }) => (
            <p key={ask}>
              {ask} <span className="muted small">{answers.join(' / ')}</span>
            </p>
          ))}
        </section>
      )}
      {never.length > 0 && (
        <section className="paper-never">
          <h3>{words.never}</h3>
          {never.map((one) => (
            <p key={one}>{one}</p>
          ))}
        </section>
      )}
      {closing && <p className="pre">{closing}</p>}
    </div>
  )
}
