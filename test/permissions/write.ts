// Writes docs/permissions.md after a route or a permission was added: node test/permissions/write.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { permissionsPage } from './table.ts'

writeFileSync(join(import.meta.dirname, '../../docs/permissions.md'), permissionsPage())
