import { z } from 'zod'
import { type Route, route } from '#platform'
import { Drill, DrillDetail, NewDrill, ScenarioInput, ScenarioPreview, ScenarioRow } from './drill-contract.ts'
import { drillMoves, listDrills, makeDrill, moveDrill, readDrill } from './drills.ts'
import { deleteScenario, listScenarios, previewOf, restoreScenario, scenarioOf, writeScenario } from './scenarios.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })

export const drillRoutes: readonly Route[] = [
  route('GET /opinion/scenarios', {
    can: 'opinion.read',
    summary: 'Stories to practise with',
    reply: z.object({ items: z.array(ScenarioRow) }),
    run: listScenarios,
  }),
  route('POST /opinion/scenarios', {
    can: 'opinion.drill',
    summary: 'Write a story',
    body: ScenarioInput,
    reply: ScenarioRow,
    status: 201,
    run: writeScenario,
  }),
  route('POST /opinion/scenarios/preview', {
    can: 'opinion.read',
    summary: 'The first posts a draft would bring about; nothing is kept',
    body: z.strictObject({ scenario: ScenarioInput, name: z.string().trim().max(80).default('') }),
    reply: ScenarioPreview,
    run: async (_ctx, draft) => previewOf(draft),
  }),
  route('GET /opinion/scenarios/{id}', {
    can: 'opinion.read',
    summary: 'One story',
    params: Id,
    reply: ScenarioRow,
    run: scenarioOf,
  }),
  route('PUT /opinion/scenarios/{id}', {
    can: 'opinion.drill',
    summary: 'Change a story; drills that ran keep theirs',
    params: Id,
    body: ScenarioInput,
    reply: ScenarioRow,
    run: writeScenario,
  }),
  route('DELETE /opinion/scenarios/{id}', {
    can: 'opinion.drill',
    summary: 'Take a story out of the library',
    params: Id,
    run: deleteScenario,
  }),
  route('POST /opinion/scenarios/{id}/restore', {
    can: 'opinion.drill',
    summary: 'Put a story that was taken out back into the library',
    params: Id,
    reply: ScenarioRow,
    run: restoreScenario,
  }),
  route('GET /opinion/drills', {
    can: 'opinion.read',
    summary: 'Drills, the newest first',
    reply: z.object({ items: z.array(Drill) }),
    run: listDrills,
  }),
  route('POST /opinion/drills', {
    can: 'opinion.drill',
    summary: 'Plan a drill',
    body: NewDrill,
    reply: DrillDetail,
    status: 201,
    run: makeDrill,
  }),
  route('GET /opinion/drills/{id}', {
    can: 'opinion.read',
    summary: 'A drill: its story, what is out, and the score',
    params: Id,
    reply: DrillDetail,
    run: readDrill,
  }),
  route('POST /opinion/drills/{id}/{move}', {
    can: 'opinion.drill',
    summary: 'Start, pause, resume, end or cancel a drill',
    params: Id.extend({ move: z.enum(drillMoves) }),
    body: z.strictObject({ note: z.string().trim().max(2_000).default('') }),
    reply: DrillDetail,
    run: moveDrill,
  }),
]
