import { Modal } from 'antd'
import { useText } from '../../i18n/text.ts'
import { Code, Notice } from '../../ui/marks.tsx'

/** Shows the key of a webhook, which nobody can look up later. */
export const KeyDialog = ({ secret, onClose }: { secret: string; onClose: () => void }) => {
  const words = useText().opinionSources
  return (
    <Modal
      open
      title={words.key}
      okText={words.keyDone}
      onOk={onClose}
      onCancel={onClose}
      cancelButtonProps={{ hidden: true }}
      mask={{ closable: false }}
    >
      <div className="stack-16">
        <Notice tone="warn">{words.keyOnce}</Notice>
        <Code text={secret} />
        <SendTo secret={secret} />
      </div>
    </Modal>
  )
}

/** How to send posts, as a command that can be tried. */
export const SendTo = ({ secret = 'KEY' }: { secret?: string }) => {
  const words = useText().opinionSources
  return (
    <>
      <p className="muted small">{words.sendHow}</p>
      <Code
        text={`curl -X POST ${window.location.origin}/v1/posts \\
  -H 'authorization: Bearer ${secret}' -H 'content-type: application/json' \\
  -d '{"items":[{"guid":"1","title":"标题","text":"正文","url":"https://example.com/1","publishedAt":"2026-01-01T08:00:00+08:00"}]}'`}
      />
    </>
  )
}
