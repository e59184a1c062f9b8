import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import type { Journey } from './campaign-shapes.ts'
import type { Issue } from './issues.ts'
import { startId } from './start-id.ts'
import { type StepReader, stepTitle } from './step-reading.ts'

/** What is wrong, most urgent first; each leads to where it is put right. */
export const IssueList = ({
  issues,
  journey,
  reader,
  onJump,
}: {
  issues: readonly Issue[]
  journey: Journey
  reader: StepReader
  onJump: (issue: Issue) => void
}) => {
  const t = useText()
  const words = t.campaigns
  if (issues.length === 0) {
    return (
      <p className="j-clean">
        <Icon name="done" size={16} />
        {words.noFindings}
      </p>
    )
  }
  const about = ({ step, tab }: Issue) => {
    if (step === startId) return words.start
    const found = step === null ? undefined : journey.steps[step]
    return found ? stepTitle(reader, found) : tab === undefined ? words.tabs.design : words.tabs[tab]
  }
  const sorted = [...issues].sort((a, b) => Number(a.action === 'flag') - Number(b.action === 'flag'))
  return (
    <ul className="j-issues" aria-label={words.findings}>
      {sorted.map((issue) => (
        <li key={issue.key}>
          <button type="button" onClick={() => onJump(issue)}>
            <span className={issue.action === 'block' ? 'j-block' : 'j-flag'}>
              <Icon name={issue.action === 'block' ? 'warn' : 'info'} size={15} />
            </span>
            <span className="j-issue-text">
              <span className="strong">{about(issue)}</span>
              {issue.text}
            </span>
            <span className="sr-only">{words.jump}</span>
            <Icon name="right" size={14} />
          </button>
        </li>
      ))}
    </ul>
  )
}
