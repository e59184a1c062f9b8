import type { z } from 'zod'
import type {
  ClusterFeature as ClusterFeatureSchema,
  QuestionInput,
  Run as RunType,
  Selection,
} from '../../../src/insights/mining/contract.ts'
import type { Definition } from '../audiences/audience-shapes.ts'

export type {
  Cluster,
  ClustersResult,
  Measure,
  PeoplePage,
  RfmResult,
  Rule,
  RuleOrder,
  RulesPage,
  RulesResult,
  RunKind,
  RunSummary,
  RunsPage,
  Selection,
  Trait,
  ValueResult,
} from '../../../src/insights/mining/contract.ts'
export type { QuestionInput }
export type Run = RunType
export type ClusterFeature = z.input<typeof ClusterFeatureSchema>
export type QuestionOf<K extends QuestionInput['kind']> = Extract<QuestionInput, { kind: K }>

export const isGoing = ({ state }: { state: Run['state'] }) => state === 'queued' || state === 'running'

/** A part of an answer that means people, with the words for it. */
export interface Picked {
  selection: Selection
  name: string
  /** The same people as conditions, where it can be said so; may keep a list on the way. */
  live?: () => Promise<Definition>
}
