import { createHash, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { dayOf, isOwnHost, ownOrigin } from '#compliance'
import type { Ctx, Vault } from '#platform'

/**
 * Short links of messages: `/s/{token}` on our own address. A token names a send and a link in it and carries a keyed mark, so nobody
 * can make or change one, nothing is stored per link, and nothing personal is in it. Where it leads is not in it either: the
 * approved creative says that when it is followed, so it cannot be made to lead elsewhere.
 */

/** A link works so long after its message was queued. */
export const linkDays = 180

/** A send's picture of opening. */
export const openLink = 255
/** Links of a message that are told apart; more are left as they are. */
const mostLinks = 250

export interface LinkToken {
  sendId: string
  /** Place among the different links of the message, or `openLink`. */
  link: number
  /** Two bytes of where it leads, by which it is found again when the links before it depend on the person. */
  print: number
}

const markOf = (vault: Vault, named: Buffer): Buffer =>
  Buffer.from(vault.blindIndex('shortLink', named.toString('hex')).replaceAll('-', '').slice(0, 16), 'hex')

/** 22 characters: five bytes of the send's number, one of the link, two of its print, eight of the mark. */
export const linkToken = (vault: Vault, { sendId, link, print }: LinkToken): string => {
  const named = Buffer.alloc(8)
  named.writeUIntBE(Number(sendId), 0, 5)
  named.writeUInt8(link, 5)
  named.writeUInt16BE(print, 6)
  return Buffer.concat([named, markOf(vault, named)]).toString('base64url')
}

/** @returns undefined when we did not make it */
export const readLinkToken = (vault: Vault, token: string): LinkToken | undefined => {
  if (!/^[\w-]{22}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  const named = bytes.subarray(0, 8)
  // The last character has bits to spare: only the one way of writing it counts.
  if (bytes.toString('base64url') !== token || !timingSafeEqual(bytes.subarray(8), markOf(vault, named)))
    return undefined
  return { sendId: String(named.readUIntBE(0, 5)), link: named.readUInt8(5), print: named.readUInt16BE(6) }
}

/** Our own address and the hosts that compliance holds for ours. */
export interface OwnPlaces {
  origin: string
  hosts: readonly string[]
}

const Hosts = z.array(z.string())

/** As they are today; the hosts are a dated parameter of the content rules. */
export const ownPlaces = async (ctx: Ctx): Promise<OwnPlaces> => {
  // Read alone: what other parameters lack keeps no message from leaving.
  const { rows } = await sql<{ value: unknown }>`
    select value from compliance.parameter where name = 'ownHosts' and valid_from <= ${dayOf(ctx.now())}::date
    order by valid_from desc limit 1`.execute(ctx.pg)
  return { origin: ownOrigin(ctx), hosts: Hosts.parse(rows[0]?.value ?? []) }
}

/** A page of this program for one person; its token is another each time. */
const isPage = (target: string, { origin }: OwnPlaces, names: readonly string[]): boolean =>
  names.some((name) => target.startsWith(`${origin}/${name}/`))

/** The address without what differs from one making to the next. */
const stableForm = (target: string, own: OwnPlaces): string =>
  isPage(target, own, ['p', 'u']) ? target.slice(0, own.origin.length + 3) : target

/** Host and path, as reports show them: what stands behind `?` may speak of the person. */
export const pageOf = (target: string, own: OwnPlaces): string => {
  const { host, pathname } = new URL(stableForm(target, own))
  return `${host}${pathname}`.slice(0, 200)
}

/** Whether a link may lead there: a page on a host of ours. */
export const leadsHome = (target: string, { origin, hosts }: OwnPlaces): boolean => {
  const url = URL.canParse(target) ? new URL(target) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return false
  return url.origin === new URL(origin).origin || isOwnHost(url.hostname, hosts)
}

export const printOf = (target: string, own: OwnPlaces): number =>
  createHash('sha256').update(stableForm(target, own)).digest().readUInt16BE(0)

/** Makes the short links of one message, and remembers where they lead. */
export interface Shortener {
  /** A short link, or the same text where it is no page on a host of ours. */
  short(target: string): string
  targets: string[]
}

export const shortener = (ctx: Ctx, own: OwnPlaces, sendId: string): Shortener => {
  const targets: string[] = []
  return {
    targets,
    short: (target) => {
      if (!leadsHome(target, own) || isPage(target, own, ['s', 'o'])) return target
      const form = stableForm(target, own)
      const known = targets.findIndex((one) => stableForm(one, own) === form)
      if (known < 0 && targets.length >= mostLinks) return target
      const link = known < 0 ? targets.push(target) - 1 : known
      return `${own.origin}/s/${linkToken(ctx.vault, { sendId, link, print: printOf(target, own) })}`
    },
  }
}

/** Where a token leads among a message's targets as they are made now: by its print, else by its place. */
export const targetOf = ({ link, print }: LinkToken, targets: readonly string[], own: OwnPlaces): string | undefined =>
  targets.find((target) => printOf(target, own) === print) ?? targets[link]

const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' }
const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,6})|(amp|quot|apos|lt|gt));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (entities[name] ?? '') : String.fromCodePoint(Number(code)),
  )

/** The links of a mail become short ones. How somebody takes his consent back is not followed: those stay. */
export const withShortLinks = (html: string, { short }: Shortener, own: OwnPlaces): string =>
  html.replaceAll(/(<a\b[^<>]{0,2000}?\bhref=")([^"]+)"/gi, (whole, before: string, href: string) => {
    const target = unescaped(href)
    if (isPage(target, own, ['p', 'u', 's'])) return whole
    const made = short(target)
    return made === target ? whole : `${before}${made}"`
  })

/** Asks the mail program for a picture of one point when the mail is opened. */
export const withOpenPicture = (ctx: Ctx, html: string, { origin }: OwnPlaces, sendId: string): string => {
  const token = linkToken(ctx.vault, { sendId, link: openLink, print: 0 })
  const picture = `<img src="${origin}/o/${token}" width="1" height="1" alt="" style="display:block;border:0">`
  const end = html.lastIndexOf('</body>')
  return end < 0 ? `${html}${picture}` : `${html.slice(0, end)}${picture}${html.slice(end)}`
}
