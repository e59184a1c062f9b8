import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./clickhouse-node.mjs', import.meta.url))
const host = '127.0.0.1'
const startMs = 30_000

export interface ClickHouseNode {
  url: string
  /** Ends the server at once, as a crash would; its files stay. */
  kill(): Promise<void>
  /** Starts it again on its files and address. */
  start(): Promise<void>
}

export interface ClickHouseCluster {
  /** Name of the cluster in the servers' configuration. */
  name: string
  urls: string[]
  nodes: ClickHouseNode[]
  stop(): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/**
 * Real ClickHouse servers, one process each, one per shard, as cluster `zhiyin` without a Keeper. About 300 MB and one
 * second each. They end with this process. `stop` removes their files.
 */
export const startCluster = async ({ shards }: { shards: number }): Promise<ClickHouseCluster> => {
  const dir = mkdtempSync(join(tmpdir(), 'zhiyin-clickhouse-'))
  const name = 'zhiyin'
  const running = new Set<ChildProcess>()
  const endAll = () => {
    for (const child of running) child.kill('SIGKILL')
  }
  process.once('exit', endAll)

  const ports = await Promise.all(
    Array.from({ length: shards }, async () => ({ http: await freePort(), tcp: await freePort() })),
  )
  const nodes = ports.map(({ http, tcp }, i): ClickHouseNode => {
    const options = {
      dir: join(dir, `node-${i + 1}`),
      host,
      http,
      tcp,
      cluster: name,
      shards: ports.map((port) => [port.tcp]),
      shard: i + 1,
    }
    const url = `http://${host}:${http}`
    let child: ChildProcess | undefined
    let said = ''
    return {
      url,
      kill: async () => {
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
        child.kill('SIGKILL')
        await once(child, 'exit')
      },
      start: async () => {
        const started = spawn(process.execPath, [script, JSON.stringify(options)], {
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        child = started
        running.add(started)
        started.stderr.on('data', (chunk: Buffer) => {
          said = (said + chunk.toString()).slice(-2000)
        })
        started.once('exit', () => running.delete(started))
        for (const end = Date.now() + startMs; ; await sleep(50)) {
          if (started.exitCode !== null || Date.now() > end)
            throw new Error(`ClickHouse node ${i + 1} did not start: ${said}`)
          const answer = await fetch(`${url}/ping`).catch(() => undefined)
          if (answer?.ok) return
        }
      },
    }
  })
  const stop = async () => {
    process.off('exit', endAll)
    await Promise.all(nodes.map((node) => node.kill()))
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await Promise.all(nodes.map((node) => node.start()))
  } catch (error) {
    await stop()
    throw error
  }
  return { name, urls: nodes.map(({ url }) => url), nodes, stop }
}
