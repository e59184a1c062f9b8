import { z } from 'zod'
import { type Route, route } from '#platform'
import { acknowledgeAlert } from './acknowledge.ts'
import { AlertDetail, AlertPage, AlertQuery, NewSilence, SevereSilence, Silence, Silences } from './alert-contract.ts'
import {
  AlertChannel,
  AlertChannels,
  ChannelChange,
  Contact,
  NewChannel,
  People,
  TestAnswer,
  TestMessage,
} from './channel-contract.ts'
import { changeChannel, createChannel, deleteChannel, listChannels, testChannel } from './channels.ts'
import { listPeople, saveContact } from './people.ts'
import { previewRouting } from './preview.ts'
import { listAlerts, readAlert, readEventAlert } from './read.ts'
import { NewOverride, NewRota, Rota, RotaChange, RotaQuery, Rotas } from './rota-contract.ts'
import { addOverride, changeRota, createRota, deleteRota, listRotas, removeOverride } from './rotas.ts'
import { Preview, PreviewAsked, RoutingChange, RoutingVersion, RoutingVersions } from './routing-contract.ts'
import { changeRouting, readRouting } from './routing-store.ts'
import { createSilence, endSilence, listSilences, silenceSevere } from './silences.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })
const Nothing = z.object({})

export const alertRoutes: readonly Route[] = [
  route('GET /opinion/alerts', {
    can: 'opinion.read',
    summary: 'Alerts that fire, were acknowledged, are muted or over; drills apart',
    query: AlertQuery,
    reply: AlertPage,
    run: listAlerts,
  }),
  route('GET /opinion/alerts/{id}', {
    can: 'opinion.read',
    summary: 'An alert with where it waits and every receipt',
    params: Id,
    reply: AlertDetail,
    run: readAlert,
  }),
  route('GET /opinion/events/{eventId}/alert', {
    can: 'opinion.read',
    summary: 'The alert of an event',
    params: z.object({ eventId: z.coerce.number().int().min(1) }),
    reply: AlertDetail,
    run: readEventAlert,
  }),
  route('POST /opinion/alerts/{id}/acknowledge', {
    can: 'opinion.handle',
    summary: 'Take an alert on: nothing is repeated or escalated from now on',
    params: Id,
    reply: AlertDetail,
    run: async (ctx, { id }) => {
      await acknowledgeAlert(ctx, { id })
      return readAlert(ctx, { id })
    },
  }),
  route('GET /opinion/alert-channels', {
    can: 'opinion.read',
    summary: 'Bots, mailboxes and gateways that alerts leave by',
    reply: AlertChannels,
    run: listChannels,
  }),
  route('POST /opinion/alert-channels', {
    can: 'opinion.alerts',
    summary: 'A new channel, switched off until it was tried',
    body: NewChannel,
    reply: AlertChannel,
    run: createChannel,
  }),
  route('PATCH /opinion/alert-channels/{id}', {
    can: 'opinion.alerts',
    summary: 'Change a channel; a secret that is left out stays',
    params: Id,
    body: ChannelChange,
    reply: AlertChannel,
    run: changeChannel,
  }),
  route('DELETE /opinion/alert-channels/{id}', {
    can: 'opinion.alerts',
    summary: 'Take a channel away; its receipts stay',
    params: Id,
    reply: Nothing,
    run: async (ctx, input) => {
      await deleteChannel(ctx, input)
      return {}
    },
  }),
  route('POST /opinion/alert-channels/{id}/test', {
    can: 'opinion.alerts',
    summary: 'Really send one message that is marked as a test, and say what the provider answered',
    params: Id,
    body: TestMessage,
    reply: TestAnswer,
    run: testChannel,
  }),
  route('GET /opinion/alert-people', {
    can: 'opinion.read',
    summary: 'Who may be called, and what is known to reach them; numbers masked',
    reply: People,
    run: listPeople,
  }),
  route('PUT /opinion/alert-people/{id}', {
    can: 'opinion.alerts',
    summary: 'How a person is reached',
    params: z.object({ id: z.uuid() }),
    body: Contact,
    reply: Nothing,
    run: async (ctx, input) => {
      await saveContact(ctx, input)
      return {}
    },
  }),
  route('GET /opinion/alert-routing', {
    can: 'opinion.read',
    summary: 'The routing tree and who changed it when',
    reply: RoutingVersions,
    run: readRouting,
  }),
  route('PUT /opinion/alert-routing', {
    can: 'opinion.alerts',
    summary: 'A new routing tree, at once; what was is kept',
    body: RoutingChange,
    reply: RoutingVersion,
    run: changeRouting,
  }),
  route('POST /opinion/alert-routing/preview', {
    can: 'opinion.read',
    summary: 'Where an alert would go by a tree, and why; nothing is sent',
    body: PreviewAsked,
    reply: Preview,
    run: previewRouting,
  }),
  route('GET /opinion/silences', {
    can: 'opinion.read',
    summary: 'Silences, those that hold first',
    reply: Silences,
    run: listSilences,
  }),
  route('POST /opinion/silences', {
    can: 'opinion.alerts',
    summary: 'Keep alerts quiet for a while; told again when it ends and they still fire',
    body: NewSilence,
    reply: Silence,
    run: createSilence,
  }),
  route('POST /opinion/silences/{id}/severe', {
    can: 'opinion.alerts',
    summary: 'Agree as a second person that severe alerts are quiet too',
    params: Id,
    body: SevereSilence,
    reply: Silence,
    run: silenceSevere,
  }),
  route('POST /opinion/silences/{id}/end', {
    can: 'opinion.alerts',
    summary: 'End a silence before its time',
    params: Id,
    reply: Silence,
    run: endSilence,
  }),
  route('GET /opinion/rotas', {
    can: 'opinion.read',
    summary: 'Who is on call when, with the gaps',
    query: RotaQuery,
    reply: Rotas,
    run: listRotas,
  }),
  route('POST /opinion/rotas', {
    can: 'opinion.alerts',
    summary: 'A new rota',
    body: NewRota,
    reply: Rota,
    run: createRota,
  }),
  route('PUT /opinion/rotas/{id}', {
    can: 'opinion.alerts',
    summary: 'Change a rota',
    params: Id,
    body: RotaChange,
    reply: Rota,
    run: changeRota,
  }),
  route('DELETE /opinion/rotas/{id}', {
    can: 'opinion.alerts',
    summary: 'Take a rota away that nothing calls',
    params: Id,
    reply: Nothing,
    run: async (ctx, input) => {
      await deleteRota(ctx, input)
      return {}
    },
  }),
  route('POST /opinion/rotas/{id}/exchanges', {
    can: 'opinion.alerts',
    summary: 'Somebody else, or nobody, is on call for a time',
    params: Id,
    body: NewOverride,
    reply: Rota,
    run: addOverride,
  }),
  route('DELETE /opinion/rotas/{id}/exchanges/{override}', {
    can: 'opinion.alerts',
    summary: 'Take an exchange back',
    params: Id.extend({ override: z.coerce.number().int().min(1) }),
    reply: Rota,
    run: removeOverride,
  }),
]
