import { useText } from '../i18n/text.ts'
import { KindMark } from './kind-mark.tsx'
import { palette } from './step-kinds.ts'
import { stepMime } from './step-mime.ts'
import type { JourneyEditor } from './use-journey-editor.ts'

/** Kinds of steps to drag onto the canvas; a click puts one behind the chosen step. */
export const StepPalette = ({ editor }: { editor: JourneyEditor }) => {
  const t = useText()
  const words = t.campaigns
  return (
    <aside className="j-palette" aria-label={words.paletteTitle}>
      {palette.map(({ group, kinds }) => (
        <div key={group}>
          <div className="muted small j-palette-group">{words.groups[group]}</div>
          {kinds.map((kind) => (
            <button
              key={kind}
              type="button"
              className="j-palette-item"
              draggable
              title={words.kindHints[kind]}
              onDragStart={(event) => {
                event.dataTransfer.setData(stepMime, kind)
                event.dataTransfer.effectAllowed = 'copy'
              }}
              onClick={() => editor.insert(editor.nextPlace(), kind)}
            >
              <KindMark kind={kind} size={15} />
              {words.kinds[kind]}
            </button>
          ))}
        </div>
      ))}
      <p className="muted small">{words.paletteHint}</p>
    </aside>
  )
}
