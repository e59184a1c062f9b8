// Adds to package-lock.json the optional platform packages (macOS, Windows, arm64, musl …) that a registry mirror may not
// carry. npm leaves them out then, `npm ci` refuses the lock file ("Missing: @chdb/lib-darwin-arm64@ from lock file"), and
// other platforms would not get their binary. Entries survive later installs.
//   npm run fix-lock                      after adding a dependency with native parts
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const lockPath = resolve(import.meta.dirname, '../package-lock.json')

const systems = [
  [/darwin|macos/, 'darwin'],
  [/win32|windows/, 'win32'],
  [/android/, 'android'],
  [/freebsd/, 'freebsd'],
  [/openharmony/, 'openharmony'],
  [/linux/, 'linux'],
]
const processors = [
  [/arm64|aarch64/, 'arm64'],
  [/x64|x86_64|amd64/, 'x64'],
  [/ia32/, 'ia32'],
  [/riscv64/, 'riscv64'],
  [/ppc64/, 'ppc64'],
  [/s390x/, 's390x'],
  [/loong64/, 'loong64'],
  [/arm/, 'arm'],
  [/wasm32|wasi/, 'wasm32'],
]
const libraries = [
  [/musl/, 'musl'],
  [/gnu|glibc/, 'glibc'],
]
const pick = (name, table) => table.find(([pattern]) => pattern.test(name))?.[1]

export const readLock = (path = lockPath) => JSON.parse(readFileSync(path, 'utf8'))

/**
 * Entries the lock lacks: optional dependencies at an exact version that are built for one platform.
 * @returns [key, entry][] in lock file form
 */
export function missingPlatforms(lock) {
  const missing = new Map()
  for (const parent of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`
      if (lock.packages[key] || missing.has(key) || !/^\d+\.\d+\.\d+[\w.+-]*$/.test(version)) continue
      const os = pick(name, systems)
      const cpu = pick(name, processors)
      const libc = os === 'linux' ? pick(name, libraries) : undefined
      if (!cpu || (!os && cpu !== 'wasm32')) continue
      missing.set(key, {
        version,
        cpu: [cpu],
        ...(libc && { libc: [libc] }),
        optional: true,
        ...(os && { os: [os] }),
      })
    }
  }
  return [...missing]
}

if (import.meta.main) {
  const lock = readLock()
  const missing = missingPlatforms(lock)
  for (const [key, entry] of missing) lock.packages[key] = entry
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`)
  const names = missing.map(([key, { version }]) => `${key.replace('node_modules/', '')}@${version}`)
  console.log(names.length ? `added:\n${names.join('\n')}` : 'nothing missing')
}
