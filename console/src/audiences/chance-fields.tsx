import { Input, InputNumber, Slider } from 'antd'
import { useText } from '../i18n/text.ts'
import { Choice, NegatedMark, useUpdate } from './builder-tools.tsx'
import type { SampleDraft, SplitDraft } from './draft.ts'

const hundredths = (share: number) => Math.round(share * 10_000) / 100

export const SplitFields = ({ draft }: { draft: SplitDraft }) => {
  const t = useText()
  const update = useUpdate(draft)
  const end = (label: string, value: number, set: (share: number) => void) => (
    <InputNumber
      className="b-amount"
      aria-label={label}
      min={0}
      max={100}
      status={draft.from < draft.to ? '' : 'warning'}
      value={hundredths(value)}
      onChange={(next) => set((next ?? 0) / 100)}
    />
  )
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <span className="muted">{t.conditions.split}</span>
      <SeedField seed={draft.seed} onChange={(seed) => update({ seed })} />
      <Slider
        className="b-slider"
        range
        min={0}
        max={100}
        ariaLabelForHandle={[t.ui.from, t.ui.to]}
        tooltip={{ formatter: (value) => `${value}%` }}
        value={[hundredths(draft.from), hundredths(draft.to)]}
        onChange={([from = 0, to = 100]) => update({ from: from / 100, to: to / 100 })}
      />
      <span className="b-pair">
        {end(t.ui.from, draft.from, (from) => update({ from }))}
        <span className="muted">–</span>
        {end(t.ui.to, draft.to, (to) => update({ to }))}
        <span className="muted">{t.conditions.percent}</span>
      </span>
    </>
  )
}

const SeedField = ({ seed, onChange }: { seed: string; onChange: (seed: string) => void }) => {
  const t = useText()
  return (
    <Input
      className="b-value"
      aria-label={t.conditions.seed}
      title={t.conditions.seedHint}
      placeholder={t.conditions.seed}
      maxLength={200}
      status={seed === '' ? 'warning' : ''}
      value={seed}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

/** How many of a sample; the conditions it is taken of stand below, as a group. */
export const SampleFields = ({ draft }: { draft: SampleDraft }) => {
  const t = useText()
  const update = useUpdate(draft)
  return (
    <span className="b-pair">
      {draft.negated && <NegatedMark id={draft.id} />}
      <Choice
        className="b-measure"
        label={t.conditions.add.sample}
        value={draft.rule}
        onChange={(rule) =>
          update({ rule, ...(rule === 'size' ? { size: draft.size ?? 1000 } : { share: draft.share ?? 0.1 }) })
        }
        options={(['size', 'share'] as const).map((value) => ({ value, label: t.conditions.sampleRule[value] }))}
      />
      {draft.rule === 'size' ? (
        <InputNumber
          className="b-value"
          aria-label={t.builder.amount}
          min={1}
          max={10_000_000}
          precision={0}
          status={draft.size === undefined ? 'warning' : ''}
          value={draft.size ?? null}
          onChange={(size) => update({ size: size ?? undefined })}
        />
      ) : (
        <>
          <InputNumber
            className="b-amount"
            aria-label={t.conditions.share}
            min={0.01}
            max={100}
            status={draft.share === undefined ? 'warning' : ''}
            value={draft.share === undefined ? null : hundredths(draft.share)}
            onChange={(share) => update({ share: share === null ? undefined : share / 100 })}
          />
          <span className="muted">{t.conditions.percent}</span>
        </>
      )}
      <SeedField seed={draft.seed} onChange={(seed) => update({ seed })} />
    </span>
  )
}
