import type { z } from 'zod'
import type { NewPack, Pack, PackPage, PackPost } from '../../../../src/opinion/complaint-packs/pack-contract.ts'
import type { Level } from '../../../../src/opinion/contract.ts'
import type { Effect } from '../../../../src/opinion/incidents/effect-contract.ts'
import type {
  Clock,
  Entry,
  EntryPage,
  Handler,
  Incident,
  IncidentPage,
  IncidentRow,
  IncidentTask,
  Lane,
  LaneChange,
  NewComment,
  NewIncident,
  NewTask,
  Party,
  RegulatorReport,
  StateChange,
  TaskChange,
} from '../../../../src/opinion/incidents/incident-contract.ts'
import type { SettingPage } from '../../../../src/opinion/incidents/settings-contract.ts'

export { legalBases, packCategories, packTargets } from '../../../../src/opinion/complaint-packs/pack-contract.ts'
export { levels } from '../../../../src/opinion/contract.ts'
export { lanes, outcomes } from '../../../../src/opinion/incidents/incident-contract.ts'
export type {
  Clock,
  Effect,
  Entry,
  EntryPage,
  Handler,
  Incident,
  IncidentPage,
  IncidentRow,
  IncidentTask,
  Lane,
  Level,
  Pack,
  PackPage,
  PackPost,
  Party,
  RegulatorReport,
  SettingPage,
  TaskChange,
}
export type GivenIncident = z.input<typeof NewIncident>
export type GivenState = z.input<typeof StateChange>
export type GivenTask = z.input<typeof NewTask>
export type GivenComment = z.input<typeof NewComment>
export type GivenLane = z.input<typeof LaneChange>
export type GivenPack = z.input<typeof NewPack>
