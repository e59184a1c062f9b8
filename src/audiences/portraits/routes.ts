import type { Route } from '#platform'
import { route } from '#platform'
import { List } from '../lists/contract.ts'
import { NewPeople, Overlap, OverlapRequest, Portrait, PortraitFields, PortraitRequest } from './contract.ts'
import { overlap } from './overlap.ts'
import { savePeople } from './people.ts'
import { portraitFields, portray } from './portrait.ts'

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
]
