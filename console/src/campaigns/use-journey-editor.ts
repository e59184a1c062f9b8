import { App } from 'antd'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { type Journey, mostSteps, type Step, type StepId, type StepKind } from './campaign-shapes.ts'
import { mainExit } from './journey-exits.ts'
import {
  addStep,
  connect,
  copySteps,
  type Fragment,
  inOrder,
  insertAt,
  type Place,
  type Point,
  pasteAt,
  pasteSteps,
  removeSteps,
  renameId,
  setStep,
} from './journey-graph.ts'
import { newStep } from './step-kinds.ts'

/** What was copied last; stays when another campaign is opened. */
let held: Fragment | undefined

export interface Chosen {
  steps: readonly StepId[]
  /** The start, whose form says what lets people in. */
  start: boolean
  edge: Place | undefined
}
export const nothingChosen: Chosen = { steps: [], start: false, edge: undefined }

/** The changes that the canvas and the list make to a journey, and what is chosen in it. */
export const useJourneyEditor = (journey: Journey, editable: boolean, onChange: (journey: Journey) => void) => {
  const t = useText()
  const { message } = App.useApp()
  const [chosen, setChosen] = useState<Chosen>(nothingChosen)
  /** Where the next step goes, while its kind is being chosen. */
  const [inserting, setInserting] = useState<Place>()
  const latest = useRef({ journey, chosen, onChange })
  latest.current = { journey, chosen, onChange }

  const choose = useCallback((steps: readonly StepId[]) => setChosen({ ...nothingChosen, steps }), [])
  const chooseStart = useCallback(() => setChosen({ ...nothingChosen, start: true }), [])
  const chooseEdge = useCallback((edge: Place) => setChosen({ ...nothingChosen, edge }), [])
  const clear = useCallback(() => setChosen(nothingChosen), [])

  const acts = useMemo(() => {
    const hasRoom = (count = 1) => {
      const fits = Object.keys(latest.current.journey.steps).length + count <= mostSteps
      if (!fits) void message.warning(t.campaigns.tooMany(mostSteps))
      return fits
    }
    const made = (kind: StepKind) =>
      newStep(kind, latest.current.journey, {
        arm: t.campaigns.form.armName,
        outcomes: t.campaigns.form.outcomesDefault,
      })
    const commit = (journey: Journey) => {
      latest.current.journey = journey
      latest.current.onChange(journey)
    }
    /** Where a step goes that nobody gave a place: behind the chosen one, else at the end of the way. */
    const nextPlace = (): Place => {
      const { journey, chosen } = latest.current
      if (chosen.edge) return chosen.edge
      if (chosen.start || journey.start === null) return 'start'
      const from = chosen.steps.at(-1) ?? inOrder(journey).at(-1)
      const step = from === undefined ? undefined : journey.steps[from]
      const exit = step && mainExit(step)
      return from !== undefined && exit ? { from, exit } : 'start'
    }
    return {
      nextPlace,
      insert: (place: Place, kind: StepKind) => {
        setInserting(undefined)
        if (!hasRoom()) return
        const { journey, id } = insertAt(latest.current.journey, place, made(kind))
        commit(journey)
        choose([id])
      },
      add: (kind: StepKind, at: Point) => {
        if (!hasRoom()) return
        const { journey, id } = addStep(latest.current.journey, made(kind), at)
        commit(journey)
        choose([id])
      },
      remove: (ids: readonly StepId[]) => {
        if (ids.length === 0) return
        commit(removeSteps(latest.current.journey, ids))
        clear()
      },
      connect: (place: Place, target: StepId | null | undefined) =>
        commit(connect(latest.current.journey, place, target)),
      setStep: (id: StepId, step: Step) => commit(setStep(latest.current.journey, id, step)),
      rename: (from: StepId, to: StepId) => {
        commit(renameId(latest.current.journey, from, to))
        choose([to])
      },
      place: (layout: Journey['layout']) => {
        const { layout: _, ...rest } = latest.current.journey
        commit(layout === undefined ? rest : { ...rest, layout })
      },
      copy: (ids: readonly StepId[]) => {
        if (ids.length === 0) return
        held = copySteps(latest.current.journey, ids)
        void message.success(t.campaigns.copiedSteps(ids.length))
      },
      paste: (place?: Place) => {
        setInserting(undefined)
        if (!held) {
          void message.info(t.campaigns.nothingToPaste)
          return
        }
        if (!hasRoom(Object.keys(held.steps).length)) return
        const { journey, ids } = place
          ? pasteAt(latest.current.journey, place, held)
          : pasteSteps(latest.current.journey, held)
        commit(journey)
        choose(ids)
      },
    }
  }, [t, message, choose, clear])

  return { journey, editable, chosen, choose, chooseStart, chooseEdge, clear, inserting, setInserting, ...acts }
}
export type JourneyEditor = ReturnType<typeof useJourneyEditor>
