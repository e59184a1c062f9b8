import { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'
import MailComposer from 'nodemailer/lib/mail-composer'
import { z } from 'zod'
import { RenderedEmail } from '../../creatives/rendered-contract.ts'
import { adapter, type Outcome, type OutMessage, type ProviderWorld } from '../../delivery/adapter.ts'
import { eachOf, providerTimeoutMs } from '../../delivery/call-provider.ts'
import { readBounce } from './bounce.ts'
import { checkBounceMailbox, readBounceMailbox } from './bounce-mailbox.ts'

/**
 * E-mail over SMTP. The key of the send is the Message-ID, by which bounces find it; marketing carries the headers of one-click
 * unsubscription (RFC 8058). A mail server cannot be asked what became of a mail, so what broke off after its text was handed over stays
 * unknown.
 */

const Settings = z.strictObject({
  host: z.string().trim().min(1).max(253),
  port: z.int().min(1).max(65_535).default(465),
  /** tls from the first byte, starttls before anything is said, or none (a relay on this machine). */
  security: z.enum(['tls', 'starttls', 'none']).default('tls'),
  user: z.string().trim().max(200).default(''),
  fromAddress: z.email(),
  replyTo: z.union([z.literal(''), z.email()]).default(''),
  /** Mails that come back go there; `+key` is put before the @. */
  bounceAddress: z.union([z.literal(''), z.email()]).default(''),
  /** Mailbox of the address for bounces, read each minute; empty: bounces are passed on to the address for receipts. */
  imapHost: z.string().trim().max(253).default(''),
  imapPort: z.int().min(1).max(65_535).default(993),
  imapSecurity: z.enum(['tls', 'starttls', 'none']).default('tls'),
  imapUser: z.string().trim().max(200).default(''),
  imapMailbox: z.string().trim().min(1).max(200).default('INBOX'),
  trackClicks: z.boolean().default(true),
  /** Off as delivered: it asks a reader's program for a picture, and what programs fetch by themselves tells little. */
  trackOpens: z.boolean().default(false),
})
type Settings = z.output<typeof Settings>

interface SmtpFailure extends Error {
  code?: string
  command?: string
  responseCode?: number
  response?: string
}

const transports = new Map<string, ReturnType<typeof createTransport>>()
const mostTransports = 20

/** Connections are kept open per account as it is set now; an account that was changed gets new ones. */
const transportOf = ({ providerId, settings, secrets }: ProviderWorld<Settings>) => {
  const name = JSON.stringify([providerId, settings, secrets])
  const known = transports.get(name)
  if (known) return known
  const made = createTransport({
    pool: true,
    maxConnections: 5,
    maxMessages: 200,
    // Left to itself the pool sends a mail again whose connection broke, though the server may have taken it.
    maxRequeues: 0,
    host: settings.host,
    port: settings.port,
    secure: settings.security === 'tls',
    requireTLS: settings.security === 'starttls',
    ignoreTLS: settings.security === 'none',
    connectionTimeout: providerTimeoutMs,
    greetingTimeout: providerTimeoutMs,
    socketTimeout: providerTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(settings.user !== '' && { auth: { user: settings.user, pass: secrets.password ?? '' } }),
  })
  transports.set(name, made)
  const [oldest] = transports.keys()
  if (transports.size > mostTransports && oldest !== undefined) {
    transports.get(oldest)?.close()
    transports.delete(oldest)
  }
  return made
}

/** @param handed whether the mail's text was asked for: only when it was not is it certain that the server took nothing */
const outcomeOf = (error: SmtpFailure, handed: boolean): Outcome => {
  const { responseCode, command = '', message } = error
  const enhanced = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? message)?.[1]
  const code = enhanced ?? (responseCode === undefined ? (error.code ?? 'SMTP') : String(responseCode))
  if (responseCode !== undefined && responseCode >= 500) {
    if (/^AUTH/i.test(command) || error.code === 'EAUTH')
      return { is: 'rejected', code, detail: message, next: 'other', fault: true }
    // Said of this mailbox or this mail, by the server that is to take it.
    const gone = /^5\.1\.[12346]$|^5\.1\.10$|^5\.2\.1$/.test(code) || (responseCode === 550 && enhanced === undefined)
    return {
      is: 'rejected',
      code,
      detail: message,
      next: /^RCPT/i.test(command) || error.code === 'EENVELOPE' ? 'none' : 'other',
      ...(gone && { hardBounce: true }),
    }
  }
  if (responseCode !== undefined && responseCode >= 400)
    return { is: 'rejected', code, detail: message, next: 'later', retryAfterMs: 300_000 }
  if (!handed) return { is: 'rejected', code, detail: message, next: 'other', fault: true }
  return { is: 'unknown', code, detail: message }
}

const mailOf = (
  { settings }: ProviderWorld<Settings>,
  { key, address, content, optOutUrl }: OutMessage<RenderedEmail>,
) => {
  const [, domain = 'localhost'] = settings.fromAddress.split('@')
  const [bounceName, bounceDomain] = settings.bounceAddress.split('@')
  return {
    messageId: `<${key}@${domain}>`,
    from: { name: content.fromName, address: settings.fromAddress },
    to: address,
    subject: content.subject,
    html: content.html,
    text: content.text,
    ...(settings.replyTo !== '' && { replyTo: settings.replyTo }),
    envelope: {
      from: bounceDomain ? `${bounceName}+${key}@${bounceDomain}` : settings.fromAddress,
      to: [address],
    },
    headers: {
      // Nobody's holiday reply, and no loops of them.
      'auto-submitted': 'auto-generated',
      ...(optOutUrl !== undefined && {
        'list-unsubscribe': `<${optOutUrl}>`,
        'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      }),
    },
  }
}

/** The account with its bounce mailbox, where it has one. */
const mailboxOf = (world: ProviderWorld<Settings>): ProviderWorld<Settings> | undefined => {
  const { imapHost, imapUser, bounceAddress, user } = world.settings
  if (imapHost === '') return undefined
  return { ...world, settings: { ...world.settings, imapUser: imapUser || bounceAddress || user } }
}

export const smtpEmail = adapter<Settings, RenderedEmail>({
  kind: 'email.smtp',
  channel: 'email',
  title: { zh: '邮件（SMTP）', en: 'E-mail (SMTP)' },
  settings: Settings,
  fields: [
    { name: 'host', title: { zh: '服务器', en: 'Server' } },
    { name: 'port', title: { zh: '端口', en: 'Port' } },
    {
      name: 'security',
      title: { zh: '加密', en: 'Encryption' },
      help: {
        zh: 'tls：465 端口；starttls：587 端口；none 只用于本机中继',
        en: 'tls: 465; starttls: 587; none only for a relay on this machine',
      },
    },
    { name: 'user', title: { zh: '用户名', en: 'User name' } },
    { name: 'password', title: { zh: '密码', en: 'Password' }, secret: true, optional: true },
    { name: 'fromAddress', title: { zh: '发件地址', en: 'From' } },
    { name: 'replyTo', title: { zh: '回复地址', en: 'Reply to' } },
    {
      name: 'bounceAddress',
      title: { zh: '退信地址', en: 'Address for bounces' },
      help: {
        zh: '退信寄到这里；由下面的收信服务器读取，或转到“回执地址”（见 docs/channels.md）',
        en: 'Bounces go there: read by IMAP as set below, or passed on to the address for receipts (docs/channels.md)',
      },
    },
    {
      name: 'imapHost',
      title: { zh: '退信收信服务器（IMAP）', en: 'Server of the bounce mailbox (IMAP)' },
      help: { zh: '每分钟读取一次退信；留空则不读取', en: 'Read each minute; empty: not read' },
    },
    { name: 'imapPort', title: { zh: '收信端口', en: 'IMAP port' } },
    { name: 'imapSecurity', title: { zh: '收信加密', en: 'IMAP encryption' } },
    {
      name: 'imapUser',
      title: { zh: '收信用户名', en: 'IMAP user name' },
      help: { zh: '留空则为退信地址', en: 'Empty: the address for bounces' },
    },
    { name: 'imapPassword', title: { zh: '收信密码', en: 'IMAP password' }, secret: true, optional: true },
    { name: 'imapMailbox', title: { zh: '收信文件夹', en: 'IMAP folder' } },
    {
      name: 'trackClicks',
      title: { zh: '统计点击', en: 'Count clicks' },
      help: {
        zh: '营销邮件中指向自有域名的链接改为可统计的短链接；退订与偏好链接不改',
        en: 'Links of marketing to our own hosts become short ones; ways to unsubscribe stay',
      },
    },
    {
      name: 'trackOpens',
      title: { zh: '统计打开', en: 'Count openings' },
      help: {
        zh: '在营销邮件里放一个像素；邮件程序自动加载的不计为人的打开',
        en: 'A picture of one point in marketing; what mail programs fetch by themselves does not count as a person',
      },
    },
  ],
  content: RenderedEmail,
  address: 'email',
  batch: 50,
  concurrency: 2,
  certainty: () => ({ idempotent: false, absentAfterSeconds: null }),
  tracking: ({ trackClicks, trackOpens }) => ({ clicks: trackClicks, opens: trackOpens }),
  check: async (world) => {
    await transportOf(world).verify()
    const mailbox = mailboxOf(world)
    return { detail: mailbox ? `SMTP OK · ${await checkBounceMailbox(mailbox)}` : 'SMTP OK' }
  },
  send: (world, messages) => {
    const transport = transportOf(world)
    return eachOf(messages, 5, async (message): Promise<Outcome> => {
      let handed = false
      try {
        const { envelope, ...mail } = mailOf(world, message)
        const text = await new MailComposer({ ...mail, disableFileAccess: true, disableUrlAccess: true })
          .compile()
          .build()
        // The library says of every broken connection that it could not connect, so what was handed over is watched here.
        const raw = new Readable({
          read() {
            handed = true
            this.push(text)
            this.push(null)
          },
        })
        await transport.sendMail({ envelope, raw })
        return { is: 'accepted' }
      } catch (error) {
        if (!(error instanceof Error)) throw error
        return outcomeOf(error, handed)
      }
    })
  },
  pull: async (world) => {
    const mailbox = mailboxOf(world)
    return mailbox ? readBounceMailbox(mailbox) : { receipts: [], replies: [] }
  },
  receive: async (world, { body }) => {
    const receipt = readBounce(body.toString('utf8'), world.now())
    return { receipts: receipt ? [receipt] : [], replies: [], answer: { status: 200, body: '' } }
  },
})
