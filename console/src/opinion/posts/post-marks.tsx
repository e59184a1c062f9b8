import type { AuthorClass, Level, Platform, Polarity } from '../../../../src/opinion/contract.ts'
import { authorClassNames, levelNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'

const tones: Record<Polarity, Tone> = { [-1]: 'bad', 0: 'plain', 1: 'good' }

/** Negative, neutral or positive. */
export const SentimentMark = ({ value, of }: { value: Polarity; of?: string }) => {
  const t = useText()
  const word = t.posts.signs[String(value) as '-1' | '0' | '1']
  return (
    <Badge tone={tones[value]} dot>
      {of === undefined ? word : `${of} ${word}`}
    </Badge>
  )
}

export const PlatformName = ({ platform }: { platform: Platform }) => (
  <>{nameIn(platformNames, platform, usePreferences().language)}</>
)

/** What an account is; nothing for a private person. */
export const AuthorMark = ({ is }: { is: AuthorClass }) => {
  const { language } = usePreferences()
  return is === 'person' ? null : (
    <Badge tone={is === 'regulator' || is === 'central-media' ? 'warn' : 'blue'}>
      {nameIn(authorClassNames, is, language)}
    </Badge>
  )
}

const levelTones: Record<Level, Tone> = { minor: 'blue', moderate: 'warn', severe: 'bad' }
export const LevelMark = ({ level }: { level: Level | null }) => {
  const { language } = usePreferences()
  return level === null ? null : <Badge tone={levelTones[level]}>{nameIn(levelNames, level, language)}</Badge>
}
