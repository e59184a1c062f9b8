import { z } from 'zod'
import { type Job, job, type Route, route } from '#platform'
import {
  Channels,
  Decision,
  NewProvider,
  NewTestSend,
  Provider,
  ProviderChange,
  ProviderCheck,
  ProviderDetail,
  ProviderOrder,
  TestSend,
  Undecided,
} from './delivery-contract.ts'
import { watchProviders } from './provider-health.ts'
import { readChannels, readProvider } from './provider-view.ts'
import { changeProvider, createProvider, deleteProvider, orderProviders } from './providers.ts'
import { pullReceipts } from './pull.ts'
import { checkProvider, sendTest } from './try-out.ts'
import { decideUndecided, readUndecided } from './undecided.ts'
import { refuseOverdue } from './unserved.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })

export const deliveryRoutes: readonly Route[] = [
  route('GET /channels', {
    can: 'channels.read',
    summary: 'Accounts with providers, how they do, what waits, and the forms for new ones',
    reply: Channels,
    run: readChannels,
  }),
  route('POST /channels/providers', {
    can: 'channels.write',
    summary: 'A new account, switched off',
    body: NewProvider,
    reply: Provider,
    status: 201,
    run: createProvider,
  }),
  route('POST /channels/providers/order', {
    can: 'channels.write',
    summary: 'Which account of a channel is tried first, second …',
    body: ProviderOrder,
    status: 204,
    run: orderProviders,
  }),
  route('GET /channels/providers/{id}', {
    can: 'channels.read',
    summary: 'One account with its last day, its errors and test messages',
    params: Id,
    reply: ProviderDetail,
    run: readProvider,
  }),
  route('PATCH /channels/providers/{id}', {
    can: 'channels.write',
    summary: 'Change an account, or switch it on or off',
    params: Id,
    body: ProviderChange,
    reply: Provider,
    run: changeProvider,
  }),
  route('DELETE /channels/providers/{id}', {
    can: 'channels.write',
    summary: 'Delete an account by which nothing is on its way',
    params: Id,
    status: 204,
    run: deleteProvider,
  }),
  route('POST /channels/providers/{id}/check', {
    can: 'channels.write',
    summary: 'Whether the provider answers and knows the account; sends nothing',
    params: Id,
    reply: ProviderCheck,
    run: checkProvider,
  }),
  route('POST /channels/providers/{id}/test', {
    can: 'channels.write',
    summary: 'One message to oneself',
    params: Id,
    body: NewTestSend,
    reply: TestSend,
    run: sendTest,
  }),
  route('POST /channels/providers/{id}/undecided', {
    can: 'channels.write',
    summary: 'What became of sends whose outcome nobody can be asked about, said by a person',
    params: Id,
    body: Decision,
    reply: z.object({ decided: z.int() }),
    run: decideUndecided,
  }),
  route('GET /campaigns/{id}/undecided', {
    can: 'campaigns.read',
    summary: 'Sends of a campaign whose outcome nobody can be asked about, by account and step',
    params: Id,
    reply: z.object({ items: z.array(Undecided) }),
    run: async (ctx, { id }) => ({ items: await readUndecided(ctx, { campaignId: id }) }),
  }),
]

export const deliveryJobs: readonly Job[] = [
  job({
    name: 'campaigns.pullReceipts',
    cron: '* * * * *',
    attempts: 1,
    timeoutSeconds: 120,
    input: z.object({}),
    run: (ctx, _input, signal) => pullReceipts(ctx, signal),
  }),
  job({
    name: 'campaigns.refuseOverdue',
    cron: '* * * * *',
    attempts: 1,
    input: z.object({}),
    run: async (ctx, _input, signal) => void (await refuseOverdue(ctx, signal)),
  }),
  job({ name: 'campaigns.watchProviders', cron: '* * * * *', attempts: 1, input: z.object({}), run: watchProviders }),
]
