import { type Running, startPeer } from './processes.ts'

/**
 * The least a profile read can be: Fastify, one row of one table of the embedded Postgres by its primary key, as JSON. No
 * sign-in, no decryption, no masking, no identifiers.
 */
export const startBareProfile = (dir: string, customers: number): Promise<Running> =>
  startPeer(import.meta.filename, [dir, String(customers)], `${dir}.log`)

const serve = async (dir: string, customers: number): Promise<void> => {
  const { PGlite } = await import('@electric-sql/pglite')
  const { default: Fastify } = await import('fastify')
  const pg = await PGlite.create(dir)
  await pg.exec(`create table customer (no int primary key, document jsonb not null);
    insert into customer select no, jsonb_build_object('accountId', 'A' || no, 'city', 'city-' || no % 300, 'education', 'university.degree',
      'occupation', 'engineer', 'maritalStatus', 'married', 'monthlyIncomeFen', no % 4000000, 'creditLimitFen', no % 9000000,
      'channel', 'app', 'registeredAt', '2026-01-01T00:00:00Z') from generate_series(1, ${customers}) as no`)
  const app = Fastify()
  app.get<{ Params: { no: string } }>('/customers/:no', async (request, reply) => {
    const { rows } = await pg.query('select no, document from customer where no = $1', [Number(request.params.no)])
    return rows[0] ?? reply.code(404).send({ error: 'unknown' })
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  process.stdout.write(`${JSON.stringify({ msg: 'ready', url })}\n`)
  process.once('SIGTERM', () => void app.close().then(() => process.exit(0)))
}

const [dir, customers] = process.argv.slice(2)
if (import.meta.main && dir !== undefined) await serve(dir, Number(customers))
