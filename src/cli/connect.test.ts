import assert from 'node:assert/strict'
import test from 'node:test'
import { preparedDataDir, runCommand, scratchDir } from '#test'

interface Diagnosis {
  ok: boolean
  checks: { detail: string; remedy?: string }[]
  settings: { name: string }[]
}

test('the doctor says what is wrong and what is set also when the program cannot be opened', async () => {
  const away = await runCommand(['doctor', '--json'], {
    dir: scratchDir('doctor'),
    env: { ZHIYIN_CLICKHOUSE_URL: 'http://127.0.0.1:9' },
  })
  assert.equal(away.code, 1)
  const diagnosis = JSON.parse(away.out) as Diagnosis
  assert.equal(diagnosis.ok, false)
  assert.match(diagnosis.checks[0]?.detail ?? '', /platform\.unavailable.*clickhouse/)
  assert.ok(diagnosis.settings.some(({ name }) => name === 'ZHIYIN_CLICKHOUSE_URL'))

  const wrong = await runCommand(['doctor', '--json'], {
    dir: scratchDir('doctor-setting'),
    env: { ZHIYIN_LOG_LEVEL: 'loud' },
  })
  assert.equal(wrong.code, 1)
  assert.match((JSON.parse(wrong.out) as Diagnosis).checks[0]?.remedy ?? '', /ZHIYIN_LOG_LEVEL/)
})

test('commands given at the same time wait for each other', async () => {
  const dir = await preparedDataDir()
  const made = await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      runCommand(['sources', 'create', '--name', name, '--json'], { dir }).then(({ code, out, err }) => {
        assert.equal(code, 0, err)
        return JSON.parse(out) as { id: string; writeKey: string }
      }),
    ),
  )
  assert.equal(new Set(made.map(({ id }) => id)).size, 3)
})
