import type { ImapFlow } from 'imapflow'
import type { ProviderWorld, Receipt, Reported } from '../../delivery/adapter.ts'
import { providerTimeoutMs } from '../../delivery/call-provider.ts'
import { readBounce } from './bounce.ts'

/** The mailbox that bounces come to, read over IMAP. Mails stay there; how far it was read is kept with the account. */

export interface BounceMailbox {
  imapHost: string
  imapPort: number
  imapSecurity: 'tls' | 'starttls' | 'none'
  imapUser: string
  imapMailbox: string
}

/** Of a mail; a report is far shorter, what is longer is the mail that came back. */
const mostBytes = 262_144
/** Mails at once. */
const page = 50
const cursorName = 'bounceMailbox'

/** What the server answered, where it did; the library itself says no more than that a command failed. */
const plainly = (error: unknown): never => {
  const { responseText } = error as { responseText?: string }
  throw responseText === undefined ? error : new Error(`IMAP: ${responseText}`, { cause: error })
}

const opened = async <T>(
  { settings, secrets }: ProviderWorld<BounceMailbox>,
  run: (client: ImapFlow, uidValidity: string) => Promise<T>,
): Promise<T> => {
  // Loaded where it is used: it takes a tenth of a program's start, and few accounts read bounces this way.
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    host: settings.imapHost,
    port: settings.imapPort,
    secure: settings.imapSecurity === 'tls',
    doSTARTTLS: settings.imapSecurity === 'starttls',
    auth: { user: settings.imapUser, pass: secrets.imapPassword ?? '' },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: providerTimeoutMs,
    greetingTimeout: providerTimeoutMs,
    socketTimeout: providerTimeoutMs,
  })
  // Without a listener a connection that breaks off after the last command ends the process.
  client.on('error', () => undefined)
  await client.connect().catch(plainly)
  try {
    const lock = await client.getMailboxLock(settings.imapMailbox, { readOnly: true })
    try {
      const { mailbox } = client
      return await run(client, mailbox ? String(mailbox.uidValidity) : '')
    } finally {
      lock.release()
    }
  } finally {
    await client.logout().catch(() => client.close())
  }
}

/** @throws an Error whose message can be shown */
export const checkBounceMailbox = (world: ProviderWorld<BounceMailbox>): Promise<string> =>
  opened(world, async ({ mailbox }) => `IMAP OK (${mailbox ? mailbox.exists : 0})`)

/**
 * The next mails, oldest first. When the mailbox is a new one under the old name (another UIDVALIDITY) it is read from its beginning:
 * what was told before changes nothing.
 */
export const readBounceMailbox = async (world: ProviderWorld<BounceMailbox>): Promise<Reported> => {
  const cursor = (await world.memo.read(cursorName))?.split('.')
  return opened(world, async (client, uidValidity) => {
    const after = cursor?.[0] === uidValidity ? Number(cursor[1]) : 0
    // `n:*` also gives the last mail when n lies beyond it.
    const found = await client.search({ uid: `${after + 1}:*` }, { uid: true })
    const uids = (found || [])
      .filter((uid) => uid > after)
      .sort((a, b) => a - b)
      .slice(0, page)
    const last = uids.at(-1)
    if (last === undefined) return { receipts: [], replies: [] }
    const receipts: Receipt[] = []
    const mails = client.fetch(uids.join(','), { uid: true, source: { start: 0, maxLength: mostBytes } }, { uid: true })
    for await (const { source } of mails) {
      const receipt = source && readBounce(source.toString('utf8'), world.now())
      if (receipt) receipts.push(receipt)
    }
    return { receipts, replies: [], taken: () => world.memo.write(cursorName, `${uidValidity}.${last}`) }
  })
}
