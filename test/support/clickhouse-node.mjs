// One real ClickHouse server (HTTP and native protocol) out of the library that the npm package `chdb` ships, so that a
// cluster is tested on one machine with npm packages only. For tests. Blocks its process: end it with SIGKILL.
// ReplicatedMergeTree does not work here (there is no Keeper). koffi cannot stand in for ffi-rs: it calls on a stack of
// its own, which the engine refuses (TOO_DEEP_RECURSION).
//   node clickhouse-node.mjs '{"dir":"/tmp/one","host":"127.0.0.1","http":18121,"tcp":19001,"cluster":"zhiyin","shards":[[19001],[19002]],"shard":1}'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DataType, load, open } from 'ffi-rs'

const { dir, host, http, tcp, cluster, shards, shard } = JSON.parse(process.argv[2])
const require = createRequire(import.meta.url)
const platform = `${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`
const library = join(
  dirname(require.resolve(`@chdb/lib-${platform}/package.json`, { paths: [dirname(require.resolve('chdb'))] })),
  process.platform === 'darwin' ? 'libchdb.dylib' : 'libchdb.so',
)

const replica = (port) => `<replica><host>${host}</host><port>${port}</port></replica>`
const remote = shards.map(
  (ports) => `<shard><internal_replication>false</internal_replication>${ports.map(replica).join('')}</shard>`,
)
mkdirSync(dir, { recursive: true })
const configFile = join(dir, 'config.xml')
writeFileSync(
  configFile,
  `<clickhouse>
  <timezone>UTC</timezone>
  <mark_cache_size>67108864</mark_cache_size>
  <background_pool_size>2</background_pool_size>
  <remote_servers><${cluster}>${remote.join('')}</${cluster}></remote_servers>
  <macros><shard>${shard}</shard><replica>${tcp}</replica></macros>
</clickhouse>`,
)
const args = [
  'clickhouse',
  `--config-file=${configFile}`,
  `--path=${join(dir, 'data')}`,
  `--tcp_port=${tcp}`,
  `--http_port=${http}`,
  `--listen_host=${host}`,
  `--query=SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT sleepEachRow(1) FROM numbers(1000000) SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null`,
]
// The call below never returns to JavaScript, so this process cannot notice the death of its parent: on Linux the kernel
// does (prctl 1 is PR_SET_PDEATHSIG, 9 is SIGKILL).
if (process.platform === 'linux') {
  open({ library: 'c', path: 'libc.so.6' })
  load({
    library: 'c',
    funcName: 'prctl',
    retType: DataType.I32,
    paramsType: [DataType.I32, DataType.I32],
    paramsValue: [1, 9],
  })
}
open({ library: 'chdb', path: library })
const paramsType = [DataType.I32, DataType.StringArray]
const result = load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType,
  paramsValue: [args.length, args],
})
const error = load({
  library: 'chdb',
  funcName: 'chdb_result_error',
  retType: DataType.String,
  paramsType: [DataType.External],
  paramsValue: [result],
})
if (error) console.error(error)
process.exit(1)
