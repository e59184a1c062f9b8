// Makes an empty embedded database in the folder named on the command line; a process of its own, see embedded.ts.
import { PGlite } from '@electric-sql/pglite'

const [, , dir] = process.argv
if (dir === undefined) throw new Error('usage: make-database DIR')
const pg = new PGlite({ dataDir: dir })
await pg.waitReady
await pg.close()
