import { useText } from '../i18n/text.ts'
import { Badge, Notice } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import type { CreativeCheck } from './creative-shapes.ts'
import { FindingText } from './findings.tsx'

/** Takes the reader to the text a finding stands in. */
const jumpTo = (field: string) => {
  const box = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"]`)
  box?.scrollIntoView({ block: 'center', behavior: 'smooth' })
  box?.querySelector('textarea')?.focus()
}

/** Everything that is wrong with the words as they stand. */
export const CheckPanel = ({
  check,
  checking,
  complete,
}: {
  check: CreativeCheck | undefined
  checking: boolean
  /** Whether the needed fields are filled. */
  complete: boolean
}) => {
  const t = useText()
  const words = t.creatives
  const blocks = check?.findings.filter(({ action }) => action === 'block') ?? []
  const flags = check?.findings.filter(({ action }) => action === 'flag') ?? []
  const wrong = blocks.length + (check?.faults.length ?? 0)
  return (
    <Panel
      title={words.findings}
      note={checking ? words.checking : undefined}
      extra={
        check && (
          <>
            {wrong > 0 && <Badge tone="bad">{words.blocks(wrong)}</Badge>}
            {flags.length > 0 && <Badge tone="warn">{words.flags(flags.length)}</Badge>}
          </>
        )
      }
    >
      <div aria-live="polite">
        {!check && <p className="muted">{complete ? words.checking : words.notChecked}</p>}
        {check && wrong + flags.length === 0 && <Notice tone="good">{words.clean}</Notice>}
        {check?.faults.map((fault) => (
          <div className="finding-item" key={`${fault.field} ${fault.code} ${fault.about} ${fault.line}`}>
            <button type="button" className="finding-jump" onClick={() => jumpTo(fault.field)}>
              <span className="row">
                <Badge tone="bad">{words.block}</Badge>
                <code>{fault.about}</code>
              </span>
              <p>
                {fault.code === 'layout' && fault.about.startsWith('liquidLost')
                  ? words.layoutReasons.liquidLost
                  : words.faults[fault.code]}
              </p>
            </button>
          </div>
        ))}
        {[...blocks, ...flags].map((finding) => (
          <div className="finding-item" key={`${finding.field} ${finding.rule} ${finding.start}`}>
            <button type="button" className="finding-jump" onClick={() => jumpTo(finding.field)}>
              <FindingText finding={finding} {...(finding.field === '' && { where: words.whole })} />
            </button>
          </div>
        ))}
      </div>
    </Panel>
  )
}
