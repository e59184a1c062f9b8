import { z } from 'zod'
import { type Job, job, type Route, route } from '#platform'
import { List } from '../lists/contract.ts'
import { NewPeople, Overlap, OverlapRequest, Portrait, PortraitFields, PortraitRequest } from './contract.ts'
import { Lookalike, LookalikePage, NewLookalike, NewLookalikeList } from './lookalike-contract.ts'
import {
  cancelLookalike,
  listLookalikes,
  readLookalike,
  runLookalike,
  saveLookalikeList,
  startLookalike,
} from './lookalike-run.ts'
import { overlap } from './overlap.ts'
import { savePeople } from './people.ts'
import { portraitFields, portray } from './portrait.ts'

const Id = z.object({ id: z.uuid() })

export const portraitRoutes: readonly Route[] = [
  route('GET /audiences/portraits/fields', {
    can: 'audiences.read',
    summary: 'Traits and tags that portraits can be made of',
    reply: PortraitFields,
    run: portraitFields,
  }),
  route('POST /audiences/portraits', {
    can: 'audiences.read',
    summary: 'Distributions of traits and tags in audiences or lists against a base, with what tells them most',
    body: PortraitRequest,
    reply: Portrait,
    run: portray,
  }),
  route('POST /audiences/overlaps', {
    can: 'audiences.read',
    summary: 'How many people are in exactly which of up to ten audiences or lists',
    body: OverlapRequest,
    reply: Overlap,
    run: overlap,
  }),
  route('POST /audiences/portraits/people', {
    can: 'audiences.write',
    summary: 'Freeze the people of a bar as a list',
    body: NewPeople,
    reply: List,
    status: 201,
    run: savePeople,
  }),
  route('POST /audiences/lookalikes', {
    can: 'audiences.write',
    summary: 'Look for people who are like a seed; runs in the background',
    body: NewLookalike,
    reply: Lookalike,
    status: 202,
    run: startLookalike,
  }),
  route('GET /audiences/lookalikes', {
    can: 'audiences.read',
    summary: 'Searches for similar people, newest first',
    reply: LookalikePage,
    run: listLookalikes,
  }),
  route('GET /audiences/lookalikes/{id}', {
    can: 'audiences.read',
    summary: 'One search with its progress, curve and what drives it',
    params: Id,
    reply: Lookalike,
    run: readLookalike,
  }),
  route('POST /audiences/lookalikes/{id}/cancel', {
    can: 'audiences.write',
    summary: 'Stop a search',
    params: Id,
    reply: Lookalike,
    run: cancelLookalike,
  }),
  route('POST /audiences/lookalikes/{id}/lists', {
    can: 'audiences.write',
    summary: 'Freeze the most similar people as a list',
    params: Id,
    body: NewLookalikeList,
    reply: List,
    status: 201,
    run: saveLookalikeList,
  }),
]

export const portraitJobs: readonly Job[] = [
  job({ name: 'audiences.lookalike', attempts: 2, timeoutSeconds: 1_800, input: Id, run: runLookalike }),
]
