import type { Formats } from '../i18n/numbers.ts'
import type { Text } from '../i18n/text.ts'
import type { EventMatch, Span, Step, Trigger } from './campaign-shapes.ts'
import { type ExitKey, exitsOf } from './journey-exits.ts'

/** Steps and triggers in words. */

/** What readings need: the words, and names of what is mentioned. */
export interface StepReader {
  t: Text
  format: Formats
  creativeName: (id: number) => string
  offerName: (id: number) => string
  audienceName: (id: string) => string
  listName: (id: string) => string
  traitTitle: (name: string) => string
  tagTitle: (key: string) => string
  eventName: (name: string) => string
}

export const spanText = ({ t }: Pick<StepReader, 't'>, { amount, unit }: Span): string =>
  t.campaigns.spans[unit](amount)

const eventText = (reader: StepReader, { event, where }: EventMatch): string => {
  const { t } = reader
  if (event === '') return t.campaigns.unset
  const filters = where?.length ?? 0
  return filters === 0 ? reader.eventName(event) : t.campaigns.eventFiltered(reader.eventName(event), filters)
}

/** What the step is called: by its author, else its kind. */
export const stepTitle = ({ t }: Pick<StepReader, 't'>, step: Step): string =>
  step.name === undefined || step.name === '' ? t.campaigns.kinds[step.kind] : step.name

const percent = (reader: StepReader, share: number) => reader.format.share(share)

/** What the step does, in one line. */
export const stepSummary = (reader: StepReader, step: Step): string => {
  const { t } = reader
  const words = t.campaigns
  switch (step.kind) {
    case 'message':
      return step.channels.length === 0
        ? words.summaries.noMessage
        : step.channels
            .map(({ channel, creativeId }) =>
              creativeId === 0
                ? words.channels[channel]
                : `${words.channels[channel]} ${reader.creativeName(creativeId)}`,
            )
            .join(words.summaries.thenBy)
    case 'task':
      return words.summaries.task(words.channels[step.channel], spanText(reader, step.dueIn))
    case 'wait':
      return words.summaries.wait(spanText(reader, step.for))
    case 'waitDate':
      return step.trait === ''
        ? words.unset
        : words.summaries.waitDate(reader.traitTitle(step.trait), step.offsetDays, step.at)
    case 'waitEvent':
      return words.summaries.waitEvent(eventText(reader, step), spanText(reader, step.within))
    case 'waitWindow':
      return words.summaries.waitWindow(
        `${step.from}–${step.to}`,
        [
          ...(step.days && step.days.length < 7
            ? [step.days.map((day) => words.weekdays[day - 1]).join(t.reading.listed)]
            : []),
          ...(step.onlyOn === 'any' ? [] : [words.onlyOn[step.onlyOn]]),
        ].join(words.clause),
      )
    case 'branch':
      return words.summaries.branch(step.arms.map(({ name }) => name).join(' / '))
    case 'split':
    case 'experiment':
      return step.arms.map(({ name, share }) => `${name} ${percent(reader, share)}`).join(' / ')
    case 'best':
      return words.summaries.best(step.arms.map(({ name }) => name).join(' / '))
    case 'update':
      if ('trait' in step.set) {
        if (step.set.trait === '') return words.unset
        const title = reader.traitTitle(step.set.trait)
        return step.set.value === null
          ? words.summaries.clear(title)
          : words.summaries.set(title, String(step.set.value))
      }
      if (step.set.tag === '') return words.unset
      return step.set.value === null
        ? words.summaries.clear(reader.tagTitle(step.set.tag))
        : words.summaries.set(reader.tagTitle(step.set.tag), step.set.value)
    case 'goal':
      return words.summaries.goal
    case 'exit':
      return step.reason === undefined || step.reason === '' ? words.summaries.exit : step.reason
  }
}

/** What an exit is called. */
export const exitText = ({ t }: Pick<StepReader, 't'>, step: Step, key: ExitKey): string => {
  const named = exitsOf(step).find((exit) => exit.key === key)?.name
  if (named) return named
  if (key === 'next' && step.kind === 'task') {
    return Object.keys(step.outcomes ?? {}).length > 0 ? t.campaigns.exits.noOutcome : t.campaigns.exits.next
  }
  if (key === 'next' && step.kind === 'waitEvent') return t.campaigns.exits.happened
  if (key === 'next' && step.kind === 'waitDate') return t.campaigns.exits.dateCame
  if (key === 'next') return t.campaigns.exits.next
  if (key === 'onRefused' || key === 'onTimeout' || key === 'onMissing' || key === 'otherwise') {
    return t.campaigns.exits[key]
  }
  return t.campaigns.exits.next
}

/** What lets people in, as a sentence. */
export const triggerText = (reader: StepReader, trigger: Trigger): string => {
  const { t, format } = reader
  const words = t.campaigns.triggerTexts
  const audience = (id: string) => (id === '' ? t.campaigns.unset : reader.audienceName(id))
  switch (trigger.kind) {
    case 'once':
      return words.once(
        audience(trigger.audienceId),
        trigger.at === undefined ? undefined : format.dateTime(trigger.at),
      )
    case 'recurring': {
      const { at, days, dates } = trigger.timetable
      const when = days
        ? days.map((day) => t.campaigns.weekdays[day - 1]).join(t.reading.listed)
        : dates
          ? dates.map((date) => t.campaigns.dateOfMonth(date)).join(t.reading.listed)
          : t.campaigns.everyDay
      return words.recurring(audience(trigger.audienceId), when, at)
    }
    case 'event':
      return words.event(
        eventText(reader, trigger),
        trigger.count,
        trigger.within && spanText(reader, trigger.within),
        trigger.without.map((match) => eventText(reader, match)).join(t.reading.listed),
      )
    case 'audience':
      return words.audience(audience(trigger.audienceId), trigger.on)
    case 'date':
      return words.date(
        trigger.trait === '' ? t.campaigns.unset : reader.traitTitle(trigger.trait),
        trigger.offsetDays,
        trigger.at,
        trigger.yearly,
      )
    case 'api':
      return words.api
    case 'list':
      return words.list(trigger.listId === '' ? t.campaigns.unset : reader.listName(trigger.listId))
  }
}
