// Writes migrations/postgres/schema.txt after a migration was added: node test/migrations/write-schema.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describePostgres, migratePostgres, openPostgres } from '#platform'

const migrations = join(import.meta.dirname, '../../migrations/postgres')
const store = await openPostgres({})
await migratePostgres(store, migrations)
writeFileSync(join(migrations, 'schema.txt'), await describePostgres(store))
await store.close()
