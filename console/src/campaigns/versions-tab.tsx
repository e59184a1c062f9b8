import { useQuery } from '@tanstack/react-query'
import { App, Button, Modal } from 'antd'
import { useState } from 'react'
import { type Reader, readDefinition } from '../audiences/reading.ts'
import { useReader } from '../audiences/use-reader.ts'
import { type Formats, useFormats } from '../i18n/numbers.ts'
import { type Text, useText } from '../i18n/text.ts'
import { keyed } from '../ui/keyed.ts'
import { Badge } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { getVersion, getVersions } from './campaign-calls.ts'
import type { Campaign, CampaignDefinition, Step } from './campaign-shapes.ts'
import { type Difference, type DiffPart, differences } from './journey-diff.ts'
import { differingLines, matchText, stepLines } from './step-detail.ts'
import { type StepReader, stepTitle, triggerText } from './step-reading.ts'
import type { DraftTools } from './use-campaign-draft.ts'

/** Every version that was published, how many are still in it, and how the draft differs. */
export const VersionsTab = ({
  campaign,
  tools,
  reader,
}: {
  campaign: Campaign
  tools: DraftTools
  reader: StepReader
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns
  const [compared, setCompared] = useState<number>()
  const versions = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'versions'],
    queryFn: ({ signal }) => getVersions(campaign.id, signal),
  })
  return (
    <Panel flush title={words.tabs.versions} note={words.noVersionsHint}>
      <Loaded query={versions} lines={5}>
        {(data) => (
          <Table
            label={words.tabs.versions}
            rows={data.versions}
            rowKey={({ version }) => version}
            blank={<Blank icon="file" title={words.noVersions} hint={words.noVersionsHint} />}
            columns={[
              {
                key: 'version',
                title: words.tabs.versions,
                card: 'lead',
                cell: ({ version }) => (
                  <span className="row">
                    <span className="strong">{words.version(version)}</span>
                    {version === campaign.liveVersion && <Badge tone="good">{words.current}</Badge>}
                  </span>
                ),
              },
              { key: 'at', title: words.publishedAt, cell: ({ publishedAt }) => format.dateTime(publishedAt) },
              { key: 'by', title: words.publishedBy, cell: ({ publishedBy }) => publishedBy },
              {
                key: 'inside',
                title: words.versionInside,
                align: 'right',
                cell: ({ inside }) => format.count(inside),
              },
              {
                key: 'review',
                title: words.review,
                cell: ({ reviewId }) =>
                  reviewId === null ? '—' : <a href={`/reviews/${reviewId}`}>{words.reviewOf(reviewId)}</a>,
              },
              {
                key: 'compare',
                title: '',
                card: 'bare',
                fit: true,
                cell: ({ version }) => (
                  <Button size="small" onClick={() => setCompared(version)}>
                    {words.compare}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {compared !== undefined && (
        <CompareDialog
          campaign={campaign}
          version={compared}
          tools={tools}
          reader={reader}
          onClose={() => setCompared(undefined)}
        />
      )}
    </Panel>
  )
}

const CompareDialog = ({
  campaign,
  version,
  tools,
  reader,
  onClose,
}: {
  campaign: Campaign
  version: number
  tools: DraftTools
  reader: StepReader
  onClose: () => void
}) => {
  const t = useText()
  const words = t.campaigns
  const { message } = App.useApp()
  const detail = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'versions', version],
    queryFn: ({ signal }) => getVersion(campaign.id, version, signal),
    // A version never changes.
    staleTime: Number.POSITIVE_INFINITY,
  })
  const now = tools.draft.definition
  return (
    <Modal
      open
      width={820}
      title={words.compareTitle(version)}
      onCancel={onClose}
      footer={
        tools.editable && detail.data ? (
          <Button
            onClick={() => {
              const { definition, category, priority } = detail.data.frozen
              tools.set({ ...tools.draft, definition, category, priority })
              void message.success(words.usedVersion)
              onClose()
            }}
          >
            {words.useVersion}
          </Button>
        ) : null
      }
    >
      <Loaded query={detail} lines={5} compact>
        {({ frozen }) => <Differences before={frozen.definition} after={now} reader={reader} />}
      </Loaded>
    </Modal>
  )
}

const tones = { added: 'good', removed: 'bad', changed: 'blue' } as const

const Differences = ({
  before,
  after,
  reader,
}: {
  before: CampaignDefinition
  after: CampaignDefinition
  reader: StepReader
}) => {
  const t = useText()
  const format = useFormats()
  const audience = useReader()
  const words = t.campaigns
  const found = differences(before, after)
  if (found.length === 0) return <Blank compact icon="check" title={words.noDifference} />
  const readings = { t, format, reader, audience }
  const sides = found.map((difference) => ({ ...difference, lines: sidesOf(readings, difference, before, after) }))
  return (
    <Table
      label={words.compare}
      rows={sides}
      rowKey={({ part }) => (typeof part === 'string' ? part : part.step)}
      blank={null}
      columns={[
        {
          key: 'what',
          title: words.diff.changed,
          fit: true,
          cell: ({ what }) => <Badge tone={tones[what]}>{words.diff[what]}</Badge>,
        },
        { key: 'part', title: words.diff.step, card: 'lead', cell: ({ part }) => partTitle(reader, part) },
        { key: 'before', title: words.diff.before, cell: ({ lines: [was] }) => <Lines lines={was} /> },
        { key: 'after', title: words.diff.after, cell: ({ lines: [, is] }) => <Lines lines={is} /> },
      ]}
    />
  )
}

const Lines = ({ lines }: { lines: readonly string[] }) => {
  const { diff } = useText().campaigns
  if (lines.length === 0) return <span className="muted">{diff.nothing}</span>
  return (
    <ul className="c-lines">
      {keyed(lines).map(({ item, key }) => (
        <li key={key}>{item}</li>
      ))}
    </ul>
  )
}

const partTitle = (reader: StepReader, part: Difference['part']): string => {
  if (typeof part === 'string') return reader.t.campaigns.diff[part]
  const step = part.after ?? part.before
  return step ? stepTitle(reader, step) : part.step
}

interface Readings {
  t: Text
  format: Formats
  reader: StepReader
  audience: Reader
}

const sidesOf = (
  readings: Readings,
  { part, what }: Difference,
  before: CampaignDefinition,
  after: CampaignDefinition,
): [string[], string[]] => {
  if (typeof part === 'string') {
    const text = (of: CampaignDefinition) => aroundText(readings, part, of)
    return [before, after].map((of) => [text(of)].flatMap((line) => line ?? [])) as [string[], string[]]
  }
  const lines = (step: Step | undefined, { journey }: CampaignDefinition) =>
    step ? stepLines(readings.reader, readings.audience, step, journey) : []
  const [was, is] = [lines(part.before, before), lines(part.after, after)]
  return what === 'changed' ? differingLines(was, is) : [was, is]
}

const aroundText = (
  { t, format, reader, audience }: Readings,
  part: DiffPart,
  definition: CampaignDefinition,
): string | undefined => {
  const words = t.campaigns
  switch (part) {
    case 'trigger': {
      const { trigger } = definition
      const said = triggerText(reader, trigger)
      return trigger.kind === 'event' && trigger.where?.length
        ? `${said}${words.colon}${matchText(audience, trigger)}`
        : said
    }
    case 'only':
      return definition.only && readDefinition(audience, definition.only)
    case 'reEntry': {
      const { times, afterDays } = definition.reEntry
      const often = times === null ? words.reEntryUnlimited : `${words.reEntryTimes} ${times} ${words.times}`
      return `${often}${words.clause}${words.reEntryAfter} ${afterDays} ${words.daysUnit}`
    }
    case 'goal':
      return definition.goal
        ? [
            words.diff.goalIn(matchText(audience, definition.goal), definition.goal.withinDays),
            ...(definition.exitOnGoal ? [words.exitOnGoal] : []),
            ...(definition.conversionValueFen === undefined
              ? []
              : [`${words.diff.worth} ${format.amount('valueFen', definition.conversionValueFen)}`]),
          ].join(words.clause)
        : undefined
    case 'exits':
      return definition.exits.map((exit) => matchText(audience, exit)).join(t.reading.listed) || undefined
    case 'holdout':
      return format.share(definition.holdout)
    case 'budget': {
      const { costFen, sends } = definition.budget
      const parts = [
        ...(costFen === undefined ? [] : [format.amount('costFen', costFen)]),
        ...(sends === undefined ? [] : [words.sendsAtMost(format.count(sends))]),
      ]
      return parts.join(words.clause) || words.unlimited
    }
    case 'period':
      return [definition.startsAt, definition.endsAt]
        .map((at) => (at === undefined ? words.unlimited : format.dateTime(at)))
        .join(' – ')
    case 'other':
      return [
        words.products[definition.product],
        words.purposes[definition.purpose] ?? definition.purpose,
        ...(definition.personalised ? [words.personalised] : []),
        matchText(audience, definition.complaint),
      ].join(words.clause)
    case 'start': {
      const { start, steps } = definition.journey
      const step = start === null ? undefined : steps[start]
      return step && stepTitle(reader, step)
    }
  }
}
