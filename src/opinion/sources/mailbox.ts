import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { ImapFlow } from 'imapflow'
import { namesInside } from '#platform'
import { Fault } from './fetch.ts'
import type { SourceConfig } from './sources-contract.ts'

/** A mailbox read over IMAP. Mails stay there, unmarked; how far it was read is the source's cursor. */

type MailboxConfig = Extract<SourceConfig, { kind: 'mailbox' }>

export interface MailCursor {
  uidValidity: string
  uid: number
}

const mostMailBytes = 5_242_880
const mostMails = 100
const timeoutMs = 20_000

/** The address behind a name, looked at before it is connected to, so that the name cannot point elsewhere by then. */
const addressOf = async (host: string, allowInside: boolean): Promise<string> => {
  if (allowInside) return host
  if (namesInside(host)) throw new Fault('inside', host)
  if (isIP(host)) return host
  const found = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Fault('unreachable', error.code ?? 'DNS')
  })
  if (found.some(({ address }) => namesInside(address))) throw new Fault('inside', host)
  return found[0]?.address ?? host
}

/**
 * The next mails, oldest first. A mailbox made anew under the old name is read from its beginning; what was told before
 * is known by its id.
 * @throws Fault
 */
export const readMailbox = async (
  config: MailboxConfig,
  { secret, cursor, allowInside }: { secret: string | undefined; cursor: MailCursor | undefined; allowInside: boolean },
): Promise<{ mails: Buffer[]; cursor: MailCursor; cut: boolean }> => {
  if (!secret) throw new Fault('secretMissing', 'the password is not set')
  if (config.security === 'none' && !allowInside) throw new Fault('notEncrypted', config.host)
  const client = new ImapFlow({
    host: await addressOf(config.host, allowInside),
    servername: config.host,
    port: config.port,
    secure: config.security === 'tls',
    doSTARTTLS: config.security === 'starttls',
    auth: { user: config.user, pass: secret },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  })
  // Without a listener a connection that breaks off after the last command ends the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const lock = await client.getMailboxLock(config.mailbox, { readOnly: true })
    try {
      const { mailbox } = client
      const uidValidity = mailbox ? String(mailbox.uidValidity) : ''
      const after = cursor?.uidValidity === uidValidity ? cursor.uid : 0
      // `n:*` also gives the last mail when n lies beyond it.
      const found = (await client.search({ uid: `${after + 1}:*` }, { uid: true })) || []
      const uids = found.filter((uid) => uid > after).sort((a, b) => a - b)
      const page = uids.slice(0, mostMails)
      const mails: Buffer[] = []
      if (page.length > 0)
        for await (const { source } of client.fetch(
          page.join(','),
          { uid: true, source: { start: 0, maxLength: mostMailBytes } },
          { uid: true },
        ))
          if (source) mails.push(source)
      return { mails, cursor: { uidValidity, uid: page.at(-1) ?? after }, cut: uids.length > page.length }
    } finally {
      lock.release()
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    const { responseText, authenticationFailed, code, message } = error as Partial<
      Record<'responseText' | 'code' | 'message', string>
    > & { authenticationFailed?: boolean }
    throw new Fault(authenticationFailed ? 'unauthorised' : 'mailbox', responseText ?? code ?? message ?? 'IMAP')
  } finally {
    await client.logout().catch(() => client.close())
  }
}
