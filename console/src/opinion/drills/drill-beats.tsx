import { authorClassNames, kindNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { keyed } from '../../ui/keyed.ts'
import { Badge } from '../../ui/marks.tsx'
import type { DrillDetail } from './drill-calls.ts'

/** What happens when; lit when it is out. */
export const DrillBeats = ({ drill: { beats, subject } }: { drill: DrillDetail }) => {
  const words = useText().drills
  const format = useFormats()
  const { language } = usePreferences()
  return (
    <ol className="drill-beats">
      {keyed(beats.toSorted((a, b) => a.minute - b.minute)).map(({ item: beat, key }) => (
        <li key={key} className={beat.out ? 'drill-beat-out' : ''}>
          <div className="drill-beat-head">
            <strong>{words.atMinute(format.decimal(beat.minute))}</strong>
            <Badge>{nameIn(platformNames, beat.platform, language)}</Badge>
            {beat.kind !== 'post' && <Badge>{nameIn(kindNames, beat.kind, language)}</Badge>}
            {beat.rank !== undefined && <Badge tone="warn">{words.rank(beat.rank)}</Badge>}
            {beat.out && <Badge tone="teal">{words.beatOut}</Badge>}
          </div>
          <p>{beat.text.replaceAll('{名称}', subject)}</p>
          <span className="muted small">
            {beat.author.name} · {nameIn(authorClassNames, beat.author.class, language)}
            {beat.author.followers > 0 && ` · ${words.followers(format.short(beat.author.followers))}`}
          </span>
        </li>
      ))}
    </ol>
  )
}
