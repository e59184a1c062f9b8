import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface ImapSandbox {
  port: number
  /** Puts a mail into the mailbox. */
  deliver(raw: string): void
  /** The mailbox is made anew: the same mails under other numbers. */
  renumber(): void
  /** Cuts connections in the middle of so many fetches. */
  breakOff(times: number): void
  stop(): Promise<void>
}

interface Held {
  uid: number
  raw: Buffer
}

/** A mail server's mailbox to try against: as much of IMAP4rev1 (RFC 3501) as reading one mailbox takes. */
export const startImapSandbox = async ({ user = 'bounce', password = 'p w', port = 0 } = {}): Promise<ImapSandbox> => {
  let mails: Held[] = []
  let uidValidity = 7
  let breaks = 0
  const sockets = new Set<Socket>()
  const told = new Map<string, (socket: Socket, tag: string, rest: string) => void>()
  const ok = (socket: Socket, tag: string, text: string) => socket.write(`${tag} OK ${text}\r\n`)
  const within = (set: string): Held[] =>
    mails.filter(({ uid }) =>
      set.split(',').some((range) => {
        const [from = '', to = from] = range.split(':')
        const last = mails.at(-1)?.uid ?? 0
        const [low, high] = [from === '*' ? last : Number(from), to === '*' ? last : Number(to)].sort((a, b) => a - b)
        return low !== undefined && high !== undefined && uid >= low && uid <= high
      }),
    )
  const select = (socket: Socket, tag: string) => {
    socket.write(`* FLAGS (\\Seen)\r\n* ${mails.length} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY ${uidValidity}]\r\n`)
    socket.write(`* OK [UIDNEXT ${(mails.at(-1)?.uid ?? 0) + 1}]\r\n`)
    ok(socket, tag, '[READ-ONLY] selected')
  }
  told.set('CAPABILITY', (socket, tag) => {
    socket.write('* CAPABILITY IMAP4rev1\r\n')
    ok(socket, tag, 'done')
  })
  told.set('NOOP', (socket, tag) => ok(socket, tag, 'done'))
  told.set('CLOSE', (socket, tag) => ok(socket, tag, 'done'))
  told.set('LOGIN', (socket, tag, rest) => {
    const [given, word] = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? bare,
    )
    if (given === user && word === password) ok(socket, tag, 'logged in')
    else socket.write(`${tag} NO [AUTHENTICATIONFAILED] wrong name or password\r\n`)
  })
  told.set('LIST', (socket, tag, rest) => {
    socket.write(/""\s*$/.test(rest) ? '* LIST (\\Noselect) "/" ""\r\n' : '* LIST () "/" "INBOX"\r\n')
    ok(socket, tag, 'done')
  })
  told.set('LSUB', (socket, tag) => ok(socket, tag, 'done'))
  told.set('SELECT', select)
  told.set('EXAMINE', select)
  told.set('UID', (socket, tag, rest) => {
    const [verb = '', ...more] = rest.split(' ')
    if (verb.toUpperCase() === 'SEARCH') {
      const found = within(/UID (\S+)/i.exec(more.join(' '))?.[1] ?? '1:*')
      socket.write(`* SEARCH${found.map(({ uid }) => ` ${uid}`).join('')}\r\n`)
      ok(socket, tag, 'done')
      return
    }
    const most = Number(/<\d+\.(\d+)>/.exec(rest)?.[1] ?? Number.POSITIVE_INFINITY)
    for (const held of within(more[0] ?? '')) {
      if (breaks > 0) {
        breaks -= 1
        socket.destroy()
        return
      }
      const raw = held.raw.subarray(0, most)
      const name = Number.isFinite(most) ? 'BODY[]<0>' : 'BODY[]'
      socket.write(`* ${mails.indexOf(held) + 1} FETCH (UID ${held.uid} ${name} {${raw.length}}\r\n`)
      socket.write(raw)
      socket.write(')\r\n')
    }
    ok(socket, tag, 'done')
  })
  told.set('LOGOUT', (socket, tag) => {
    socket.write('* BYE\r\n')
    ok(socket, tag, 'done')
    socket.end()
  })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.write('* OK ready\r\n')
    let waiting = ''
    socket.on('data', (chunk: Buffer) => {
      waiting += chunk.toString('latin1')
      for (let end = waiting.indexOf('\r\n'); end >= 0; end = waiting.indexOf('\r\n')) {
        const [, tag = '*', verb = '', rest = ''] = /^(\S+) (\S+) ?(.*)$/.exec(waiting.slice(0, end)) ?? []
        waiting = waiting.slice(end + 2)
        const run = told.get(verb.toUpperCase())
        if (run) run(socket, tag, rest)
        else socket.write(`${tag} BAD unknown\r\n`)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    deliver: (raw) => void mails.push({ uid: (mails.at(-1)?.uid ?? 0) + 1, raw: Buffer.from(raw) }),
    renumber: () => {
      uidValidity += 1
      mails = mails.map(({ raw }, i) => ({ uid: i + 1, raw }))
    },
    breakOff: (times) => {
      breaks = times
    },
    stop: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
