import { join } from 'node:path'
import { type Ctx, openLog, readConfig } from '#platform'
import { type App, openApp } from '../../src/app.ts'
import { createRule, createSubject } from '../../src/opinion/subjects/store.ts'
import { RuleDefinition } from '../../src/opinion/subjects/subject-contract.ts'
import { rulesOf } from './made-up-posts.ts'

/** The program on an empty directory with so many subjects, each with a rule of ten words. */
export const openStage = async (
  dir: string,
  { work, subjects }: { work: boolean; subjects: number },
): Promise<{ app: App; ctx: Ctx; subjectIds: number[] }> => {
  const config = readConfig({
    ZHIYIN_DATA_DIR: join(dir, 'data'),
    ZHIYIN_PORT: '0',
    ZHIYIN_LOG_LEVEL: 'warn',
    ZHIYIN_WEBHOOKS_PRIVATE: 'true',
  })
  const app = await openApp(config, {
    work,
    log: openLog(config, { write: (line) => process.stderr.write(line) }),
  })
  const { ctx } = app
  const subjectIds: number[] = []
  for (const { id, expression } of rulesOf(subjects)) {
    const made = await createSubject(ctx, {
      kind: 'brand',
      role: '',
      name: `对象${id}`,
      own: id < 5 || id > 8,
      productKey: null,
      parentId: null,
      owner: null,
      colour: '#4c7a78',
      note: '',
    })
    subjectIds.push(made.id)
    await createRule(ctx, {
      id: made.id,
      name: '名称',
      on: true,
      reason: '',
      definition: RuleDefinition.parse({ expression }),
    })
  }
  return { app, ctx, subjectIds }
}

/** Seconds and processor seconds (of all threads) that something took. */
export const timed = async <T>(
  work: () => Promise<T> | T,
): Promise<{ seconds: number; processor: number; made: T }> => {
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const made = await work()
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(before)
  return { seconds, processor: (user + system) / 1e6, made }
}
