import { Button, Input, InputNumber, Select } from 'antd'
import { authorClasses, platforms, postKinds } from '../../../../src/opinion/contract.ts'
import { authorClassNames, kindNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Icon } from '../../ui/icon.tsx'
import { Field } from '../../ui/page.tsx'
import type { BeatDraft, BeatFault } from './scenario-draft.ts'

/** One beat of a story: when, where, who, what. */
export const BeatEdit = ({
  beat,
  index,
  faults,
  last,
  onChange,
  onCopy,
  onRemove,
}: {
  beat: BeatDraft
  index: number
  /** Shown once something was asked of the draft. */
  faults: ReadonlySet<BeatFault> | undefined
  /** The only one: it cannot go. */
  last: boolean
  onChange: (change: Partial<BeatDraft>) => void
  onCopy: () => void
  onRemove: () => void
}) => {
  const words = useText().drills
  const { language } = usePreferences()
  const fault = (name: BeatFault) => (faults?.has(name) ? words.faults[name] : undefined)
  const who = (change: Partial<BeatDraft['author']>) => onChange({ author: { ...beat.author, ...change } })
  return (
    <li className="beat">
      <div className="row row-between">
        <strong>{words.beat(index + 1)}</strong>
        <span>
          <Button
            type="text"
            size="small"
            icon={<Icon name="copy" size={16} />}
            aria-label={words.copyBeat}
            title={words.copyBeat}
            onClick={onCopy}
          />
          <Button
            type="text"
            size="small"
            danger
            disabled={last}
            icon={<Icon name="trash" size={16} />}
            aria-label={words.removeBeat}
            title={words.removeBeat}
            onClick={onRemove}
          />
        </span>
      </div>
      <div className="beat-fields">
        <Field label={words.at} error={fault('beatMinute')}>
          <InputNumber className="wide" min={0} value={beat.minute} onChange={(minute) => onChange({ minute })} />
        </Field>
        <Field label={words.platform}>
          <Select
            className="wide"
            value={beat.platform}
            onChange={(platform) => onChange({ platform })}
            options={platforms.map((value) => ({ value, label: nameIn(platformNames, value, language) }))}
          />
        </Field>
        <Field label={words.kind}>
          <Select
            className="wide"
            value={beat.kind}
            onChange={(kind) => onChange({ kind })}
            options={postKinds.map((value) => ({ value, label: nameIn(kindNames, value, language) }))}
          />
        </Field>
        {beat.kind === 'hot-list' && (
          <Field label={words.rankOf} error={fault('beatRank')}>
            <InputNumber
              className="wide"
              min={1}
              max={100}
              precision={0}
              value={beat.rank}
              onChange={(rank) => onChange({ rank })}
            />
          </Field>
        )}
        <Field label={words.author} error={fault('beatAuthor')}>
          <Input value={beat.author.name} maxLength={40} onChange={({ target }) => who({ name: target.value })} />
        </Field>
        <Field label={words.authorClass}>
          <Select
            className="wide"
            value={beat.author.class}
            onChange={(of) => who({ class: of })}
            options={authorClasses.map((value) => ({ value, label: nameIn(authorClassNames, value, language) }))}
          />
        </Field>
        <Field label={words.followersCount} error={fault('beatNumber')}>
          <InputNumber
            className="wide"
            min={0}
            max={100_000_000}
            precision={0}
            value={beat.author.followers}
            onChange={(followers) => who({ followers })}
          />
        </Field>
        <Field label={words.engagement}>
          <InputNumber
            className="wide"
            min={0}
            max={10_000_000}
            precision={0}
            value={beat.engagement}
            onChange={(engagement) => onChange({ engagement })}
          />
        </Field>
      </div>
      <Field label={words.text} error={fault('beatText')}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={600}
          value={beat.text}
          onChange={({ target }) => onChange({ text: target.value })}
        />
      </Field>
    </li>
  )
}
