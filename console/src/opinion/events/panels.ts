import type { ComponentType } from 'react'
import type { EventDetail } from '../../../../src/opinion/events/events-contract.ts'
import { GradeOfEvent } from '../grading/grade-panel.tsx'
import { IncidentOfEvent } from '../incidents/incident-of-event.tsx'
import { ReportOfEvent } from '../reports/report-of-event.tsx'

/** What other parts show of an event (its grade, its incident, the effect of a statement): each brings its own panel. */
export interface EventPanel {
  key: string
  /** `side` beside the story, `actions` in the head of the page. */
  place: 'side' | 'actions'
  component: ComponentType<{ event: EventDetail }>
}

export const eventPanels: readonly EventPanel[] = [
  { key: 'incident', place: 'actions', component: IncidentOfEvent },
  { key: 'report', place: 'actions', component: ReportOfEvent },
  { key: 'grade', place: 'side', component: GradeOfEvent },
]
