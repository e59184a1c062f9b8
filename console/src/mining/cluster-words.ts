import type { Formats } from '../i18n/numbers.ts'
import type { Text } from '../i18n/text.ts'
import type { Cluster, ClusterFeature, ClustersResult, Trait } from './mining-shapes.ts'

/** What a feature of a question is called. */
export const featureName = (
  t: Text,
  feature: ClusterFeature | undefined,
  titles: { trait: (name: string) => string; known: string },
): string => {
  if (!feature) return titles.known
  if ('trait' in feature) return titles.trait(feature.trait)
  if ('tag' in feature) return titles.known || feature.tag
  const events: Readonly<Record<string, string>> = t.eventNames
  const event = events[feature.event] ?? feature.event
  return `${event} ${feature.property ? `${feature.property} ` : ''}${t.mining.measures[feature.measure]}`
}

/** A number as a portrait says it: two figures that matter. */
const rough = (format: Formats, name: string, value: number) => {
  const rounded = Number(value.toPrecision(Math.abs(value) >= 100 ? 2 : 3))
  if (/(?:Fen|_fen)$/.test(name)) return format.amount(name, rounded)
  const size = Math.abs(value)
  if (size >= 100_000) return format.short(value)
  return size >= 10 ? format.count(Math.round(rounded)) : format.decimal(Number(value.toPrecision(2)))
}

/** One feature of a portrait in words. */
export const told = (t: Text, format: Formats, name: string, raw: string, trait: Trait): string => {
  if (trait.kind === 'share') {
    const share = format.share(trait.share)
    return trait.effect > 0 ? t.mining.mostly(name, trait.value, share) : t.mining.rarely(name, trait.value, share)
  }
  const [low, high] = [rough(format, raw, trait.low), rough(format, raw, trait.high)]
  return low === high ? t.mining.single(name, low) : t.mining.range(name, low, high)
}

/** Features that a portrait names: the few that differ most, and only if they do. */
export const strongest = (cluster: Cluster, most = 4): Trait[] =>
  cluster.portrait.filter(({ effect }) => Math.abs(effect) >= 0.25).slice(0, most)

export const clusterName = (t: Text, clusters: ClustersResult['clusters'], no: number): string =>
  clusters[no - 1]?.name ?? t.mining.cluster(no)
