import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface SandboxMail {
  messageId: string
  from: string
  to: string
  raw: string
}

export interface EmailSandbox {
  port: number
  mails: SandboxMail[]
  /** Message-IDs that came more than once. */
  repeated(): string[]
  /** Recipients that this server refuses, with its answer: `550 5.1.1 no such user`. */
  refuse(address: string, answer: string): void
  /** Cuts the connection after a mail was taken and before it is answered, so many times. */
  silentAfterAccept(times: number): void
  /** The report of delivery that a server would send back for a mail. */
  bounceOf(mail: SandboxMail, status: string): string
  stop(): Promise<void>
}

/** A mail server to try against: takes everything, keeps it in memory, delivers nothing. */
export const startEmailSandbox = async ({
  port = 0,
  user = '',
  password = '',
}: {
  port?: number
  user?: string
  password?: string
} = {}): Promise<EmailSandbox> => {
  const mails: SandboxMail[] = []
  const refused = new Map<string, string>()
  let silent = 0
  const server = new SMTPServer({
    authOptional: user === '',
    disabledCommands: user === '' ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password: given }, _session, callback) =>
      username === user && given === password
        ? callback(null, { user: username })
        : callback(Object.assign(new Error('5.7.8 authentication failed'), { responseCode: 535 })),
    onRcptTo: ({ address }, _session, callback) => {
      const answer = refused.get(address)
      if (answer === undefined) return callback()
      callback(Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) }))
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8')
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          messageId: /^Message-ID:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? '',
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo[0]?.address ?? '',
          raw,
        })
        if (silent > 0) {
          silent -= 1
          // No answer and no connection: the client cannot know.
          for (const connection of server.connections) connection.close()
          return
        }
        callback()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    repeated: () => {
      const ids = mails.map(({ messageId }) => messageId)
      return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))]
    },
    refuse: (address, answer) => void refused.set(address, answer),
    silentAfterAccept: (times) => {
      silent += times
    },
    bounceOf: ({ messageId, to }, status) =>
      [
        'From: MAILER-DAEMON@mx.example.cn',
        'Message-ID: <report-1@mx.example.cn>',
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        '',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; mx.example.cn',
        '',
        `Final-Recipient: rfc822; ${to}`,
        `Action: ${status.startsWith('2') ? 'delivered' : 'failed'}`,
        `Status: ${status}`,
        `Diagnostic-Code: smtp; 550 ${status} <${to}>:`,
        '  Recipient address rejected',
        '',
        '--b',
        'Content-Type: text/rfc822-headers',
        '',
        `Message-ID: ${messageId}`,
        `To: ${to}`,
        '',
        '--b--',
      ].join('\r\n'),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
