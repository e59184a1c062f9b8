import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { problem } from './problem.ts'

/** Where things are inside the data directory. */
export interface DataDir {
  root: string
  postgres: string
  clickhouse: string
  files: string
  /** Local socket of the running server, mode 0600. */
  socket: string
  release(): void
}

interface Holder {
  pid: number
  /** Clock ticks since boot at which the process started: tells a re-used process number from the real holder. */
  startedTicks: string
  /** The machine, or container: process numbers of another say nothing here. */
  host: string
  socket: string
}

const lockName = 'zhiyin.lock'
/** Longest path of a local socket on Linux. */
const maxSocketPath = 100

/** `mkdir -p`. Node's own never ends where the system refuses a folder as missing (/proc/x), so parents are made one by one. */
const makeFolder = (path: string): void => {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeFolder(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}

const startedTicks = (pid: number): string | undefined => {
  try {
    // Field 22 of /proc/PID/stat; the second field may hold spaces, so count from the closing bracket.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}

/** A holder says this often that it lives, for those who cannot see its process. */
const beatMs = 15_000
const silentMs = 60_000

const alive = ({ pid, host, startedTicks: started }: Holder, file: string): boolean => {
  if (host !== undefined && host !== hostname()) return Date.now() - statSync(file).mtimeMs < silentMs
  if (pid === process.pid) return startedTicks(pid) === started && started !== undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = startedTicks(pid)
  return now === undefined || started === 'unknown' || now === started
}

/** The process that holds a data directory now, if any. */
export const holderOf = (root: string): Holder | undefined => holderIn(join(root, lockName))

const lockedRemedy =
  'Stop that process, or give this one another ZHIYIN_DATA_DIR; a process on another machine counts as gone after a minute'

const holderIn = (file: string): Holder | undefined => {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Holder
    return alive(holder, file) ? holder : undefined
  } catch {
    return undefined
  }
}

const socketPath = (root: string): string => {
  const inside = join(root, 'zhiyin.sock')
  // A deep folder would make the path too long for a socket; the name in the temporary folder is bound to the folder.
  return inside.length <= maxSocketPath
    ? inside
    : join(tmpdir(), `zhiyin-${createHash('sha256').update(root).digest('hex').slice(0, 24)}.sock`)
}

/**
 * Removes the lock of a dead process. Two that start at once both see it dead, and the slower must not remove the lock that
 * the faster has put in its place by then: what was taken aside is looked at again.
 * @throws platform.dataDirLocked when it is the lock of a living process; it is put back
 */
const takeAside = (lock: string, aside: string, root: string): void => {
  try {
    renameSync(lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const holder = holderIn(aside)
  try {
    if (!holder) return
    if (!existsSync(lock)) linkSync(aside, lock)
    throw problem.dataDirLocked({ dataDir: root, pid: holder.pid, remedy: lockedRemedy })
  } finally {
    rmSync(aside, { force: true })
  }
}

/**
 * Takes a data directory for this process and makes its folders.
 * @param shared both databases are servers: any number of processes may use the folder, which then holds only keys and files
 * @throws platform.dataDirLocked while another process lives that holds it; platform.configWrong when it cannot be written
 */
export const takeDataDir = (root: string, { shared = false }: { shared?: boolean } = {}): DataDir => {
  const lock = join(root, lockName)
  const socket = socketPath(root)
  try {
    makeFolder(root)
    makeFolder(join(root, 'files'))
    chmodSync(root, 0o700)
    if (shared) return dataDirAt(root, socket, () => undefined)
    const mine = join(root, `.${lockName}.${process.pid}`)
    writeFileSync(
      mine,
      JSON.stringify({
        pid: process.pid,
        startedTicks: startedTicks(process.pid) ?? 'unknown',
        host: hostname(),
        socket,
      } satisfies Holder),
      { mode: 0o600 },
    )
    for (let attempt = 0; ; attempt++) {
      try {
        // A link appears with its content or not at all, so nobody ever reads half a lock.
        linkSync(mine, lock)
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const holder = holderOf(root)
        if (holder || attempt > 2)
          throw problem.dataDirLocked({
            dataDir: root,
            pid: holder?.pid,
            remedy: lockedRemedy,
          })
        takeAside(lock, `${mine}.stale`, root)
      } finally {
        if (attempt > 2 || holderOf(root)?.pid === process.pid) rmSync(mine, { force: true })
      }
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (
      code === 'EACCES' ||
      code === 'EROFS' ||
      code === 'EPERM' ||
      code === 'ENOTDIR' ||
      code === 'EEXIST' ||
      code === 'ENOENT' ||
      code === 'ENOSPC'
    ) {
      throw problem.configWrong({ settings: [`ZHIYIN_DATA_DIR: ${root} cannot be written (${code})`] })
    }
    throw error
  }
  rmSync(socket, { force: true })
  const written = readFileSync(lock, 'utf8')
  const isOurs = () => {
    try {
      return readFileSync(lock, 'utf8') === written
    } catch {
      return false
    }
  }
  const beat = setInterval(() => {
    const now = new Date()
    if (!isOurs()) {
      process.emitWarning('The data directory was taken by another process')
      // An orderly stop would write to databases that somebody else has open.
      process.kill(process.pid, 'SIGKILL')
    }
    try {
      utimesSync(lock, now, now)
    } catch (error) {
      process.emitWarning(`The lock of the data directory was not renewed: ${String(error)}`)
    }
  }, beatMs).unref()
  return dataDirAt(root, socket, () => {
    clearInterval(beat)
    rmSync(socket, { force: true })
    if (isOurs()) rmSync(lock, { force: true })
  })
}

const dataDirAt = (root: string, socket: string, release: () => void): DataDir => ({
  root,
  postgres: join(root, 'postgres'),
  clickhouse: join(root, 'clickhouse'),
  files: join(root, 'files'),
  socket,
  release,
})

/** Free bytes on the disk that holds `root`. */
export const freeBytes = (root: string): number => {
  const { bavail, bsize } = statfsSync(root)
  return bavail * bsize
}
