import { emptyEvent } from '../audiences/draft.ts'
import { toDefinition } from '../audiences/draft-write.ts'
import { type Reader, readDefinition } from '../audiences/reading.ts'
import { fromTagDefinition } from './tag-draft.ts'
import type { EventsAsked, Figure, TagDefinition } from './tag-shapes.ts'

const propertyText = (property: string | string[] | undefined) =>
  Array.isArray(property) ? property.join('.') : (property ?? '')

/** "loan_repaid, last 90 days, where …" in the words of the audience builder. */
const readEvents = (reader: Reader, events: EventsAsked): string => {
  const { events: draft } = fromTagDefinition({
    kind: 'statistic',
    events,
    measure: 'count',
    as: 'string',
    none: 'empty',
  })
  return readDefinition(reader, toDefinition({ ...emptyEvent(), ...draft }))
}

const readFigure = (reader: Reader, { events, measure, property }: Omit<Figure, 'kind'>): string => {
  const { tags } = reader.t
  const name = tags.measures[measure]
  return `${readEvents(reader, events)} · ${property === undefined ? name : `${propertyText(property)} ${name}`}`
}

/** What a tag is, in lines that a marketer and a lawyer both understand. */
export const readTagDefinition = (reader: Reader, definition: TagDefinition): string[] => {
  const { tags } = reader.t
  switch (definition.kind) {
    case 'manual':
      return [definition.values.length > 0 ? definition.values.join(' / ') : tags.kindHints.manual]
    case 'rule':
      return [
        ...definition.values.map(({ value, when }, i) => `${i + 1}. ${value} ← ${readDefinition(reader, when)}`),
        ...(definition.otherwise === undefined ? [] : [`${tags.otherwise} → ${definition.otherwise}`]),
      ]
    case 'statistic':
      return [readFigure(reader, definition)]
    case 'preference':
      return [
        readEvents(reader, definition.events),
        `${propertyText(definition.property)} · ${tags.top} ${definition.top} · ${tags.weigh} ${
          definition.weigh === 'count' ? tags.weighCount : propertyText(definition.weigh.sum)
        }`,
      ]
    case 'rfm':
      return [
        readEvents(reader, definition.events),
        `${definition.as === 'class' ? tags.rfmAsClass : tags.rfmAsScore} · ${tags.amount} ${propertyText(definition.amount)}`,
      ]
    case 'bands': {
      const { of, cut, labels } = definition
      const what =
        'trait' in of ? reader.traitTitle(of.trait) : 'tag' in of ? `#${of.tag}` : readFigure(reader, of.figure)
      return [
        what,
        'edges' in cut ? `${tags.edges} ${cut.edges.join(', ')}` : `${tags.cutBys.quantiles} × ${cut.quantiles}`,
        ...(labels ? [labels.join(' / ')] : []),
      ]
    }
    case 'sql':
      return []
    case 'model': {
      const { of, take } = definition
      const what = 'score' in of ? of.score : 'tag' in of ? `#${of.tag}` : `${of.model} ${of.id}`
      return [`${what} · ${tags.modelTakes[take]}`]
    }
    case 'text':
      return [
        `${tags.textMeasures[definition.measure]} · ${tags.windows.days(definition.withinDays)}${
          definition.events.length > 0 ? ` · ${definition.events.join(' / ')}` : ''
        }`,
      ]
  }
}
