import { z } from 'zod'
import { type Route, route } from '#platform'
import { ContentInput, ContentVerdict } from './content-contract.ts'
import { followLink } from './landing.ts'
import { addOwnWord, judgeContent, readRules, retireOwnWord } from './own-rules.ts'
import { dayOf, parametersOn, setParameter } from './parameters.ts'
import { addPartner, partnersOf, removePartner } from './partners.ts'
import {
  LinkAnswer,
  LinkRequest,
  NewOwnWord,
  NewParameter,
  NewPartner,
  OwnWord,
  ParameterVersion,
  Partner,
  RulePage,
} from './rules-contract.ts'

const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) })
const Words = z.object({ items: z.array(OwnWord) })
const Parameters = z.object({ items: z.array(ParameterVersion) })
const Partners = z.object({ items: z.array(Partner) })

export const contentRoutes: readonly Route[] = [
  route('POST /content/check', {
    can: 'content.read',
    summary: 'What a text may not say and what it still has to say, with places, articles and fines',
    body: ContentInput,
    reply: ContentVerdict,
    run: judgeContent,
  }),
  route('POST /content/links', {
    can: 'content.read',
    summary: 'Follows links to where they end; only own hosts are asked',
    body: LinkRequest,
    reply: LinkAnswer,
    run: async (ctx, { urls }) => {
      const { ownHosts, maxRedirects } = await parametersOn(ctx, dayOf(ctx.now()))
      const items = await Promise.all(
        urls.map(async (url) => ({ url, ...(await followLink(url, { own: ownHosts, maxRedirects })) })),
      )
      return { items }
    },
  }),
  route('GET /content/rules', {
    can: 'content.read',
    summary: 'Rule packs in force, own words and exceptions, parameters and partners',
    reply: RulePage,
    run: readRules,
  }),
  route('POST /content/words', {
    can: 'content.write',
    summary: 'Add a word of our own, or a phrase in which a listed word means something else',
    body: NewOwnWord,
    reply: Words,
    status: 201,
    run: async (ctx, input) => ({ items: await addOwnWord(ctx, input) }),
  }),
  route('DELETE /content/words/{id}', {
    can: 'content.write',
    summary: 'Take a word or exception of our own out of force',
    params: Id,
    reply: Words,
    run: async (ctx, input) => ({ items: await retireOwnWord(ctx, input) }),
  }),
  route('POST /content/parameters', {
    can: 'content.write',
    summary: 'A value of a parameter from a day on',
    body: NewParameter,
    reply: Parameters,
    status: 201,
    run: async (ctx, input) => ({ items: await setParameter(ctx, input) }),
  }),
  route('GET /content/partners', {
    can: 'content.read',
    summary: 'Platforms that may market for us',
    reply: Partners,
    run: async (ctx) => ({ items: await partnersOf(ctx) }),
  }),
  route('POST /content/partners', {
    can: 'content.write',
    summary: 'Put a partner on the list',
    body: NewPartner,
    reply: Partners,
    status: 201,
    run: async (ctx, input) => ({ items: await addPartner(ctx, input) }),
  }),
  route('DELETE /content/partners/{id}', {
    can: 'content.write',
    summary: 'Take a partner off the list',
    params: Id,
    reply: Partners,
    run: async (ctx, input) => ({ items: await removePartner(ctx, input) }),
  }),
]
