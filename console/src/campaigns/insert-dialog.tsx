import { Button, Modal } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { KindMark } from './kind-mark.tsx'
import { palette } from './step-kinds.ts'
import type { JourneyEditor } from './use-journey-editor.ts'

/** Which step to put in: every kind with what it is for. */
export const InsertDialog = ({ editor }: { editor: JourneyEditor }) => {
  const t = useText()
  const { inserting } = editor
  const words = t.campaigns
  return (
    <Modal
      open={inserting !== undefined}
      destroyOnHidden
      width={720}
      title={words.insert}
      footer={
        <Button icon={<Icon name="copy" size={15} />} onClick={() => editor.paste(inserting)}>
          {words.pasteHere}
        </Button>
      }
      onCancel={() => editor.setInserting(undefined)}
    >
      <div className="j-kinds">
        {palette.map(({ group, kinds }) => (
          <section key={group} aria-label={words.groups[group]}>
            <h3 className="muted small">{words.groups[group]}</h3>
            <div className="j-kind-grid">
              {kinds.map((kind) => (
                <button
                  key={kind}
                  type="button"
                  className="j-kind"
                  onClick={() => inserting !== undefined && editor.insert(inserting, kind)}
                >
                  <KindMark kind={kind} />
                  <span>
                    <span className="strong">{words.kinds[kind]}</span>
                    <span className="muted small">{words.kindHints[kind]}</span>
                  </span>
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
    </Modal>
  )
}
