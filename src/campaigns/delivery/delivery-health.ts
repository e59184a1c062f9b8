import type { Ctx, HealthCheck } from '#platform'
import { isArmed } from './armed.ts'
import { waitingRows } from './provider-view.ts'
import { providerRows } from './provider-world.ts'
import { countUndecided } from './undecided.ts'
import { unservedSends } from './unserved.ts'

/** A due message that waits this long needs somebody to look. */
const lateMs = 300_000

/** Whether messages leave, for the program's health: nothing of it keeps traffic away. */
export const deliveryHealth = async (ctx: Ctx): Promise<readonly HealthCheck[]> => {
  const [rows, waiting, armed, unserved, undecided] = await Promise.all([
    providerRows(ctx),
    waitingRows(ctx),
    isArmed(ctx),
    unservedSends(ctx),
    countUndecided(ctx),
  ])
  const now = ctx.now()
  const resting = rows.filter(({ state, open_until }) => state === 'on' && open_until !== null && open_until > now)
  const due = waiting.reduce((sum, one) => sum + one.due, 0)
  const unknown = waiting.reduce((sum, one) => sum + one.unknown, 0)
  const late = waiting.filter(({ oldest }) => oldest !== null && now.getTime() - oldest.getTime() > lateMs)
  const ok = armed && resting.length === 0 && late.length === 0
  return [
    {
      name: 'delivery',
      ok,
      blocking: false,
      code: !armed ? 'delivery.disarmed' : ok ? 'delivery.flows' : 'delivery.held',
      values: { due, unknown, resting: resting.length, of: rows.length },
      detail: `${armed ? '' : 'disarmed since a restore; '}${due} due, ${unknown} of unknown outcome; ${resting.length} of ${rows.length} accounts rest`,
      ...(!ok && {
        remedy: armed ? 'Look at /channels' : 'Arm sending again at /channels once the restored data were checked',
      }),
    },
    {
      name: 'channels',
      ok: unserved.length === 0,
      blocking: false,
      detail:
        unserved.length === 0
          ? 'every due message has an account that carries it'
          : `no account is switched on for ${unserved.map(({ channel, category, due }) => `${due} ${category} messages by ${channel}`).join(', ')}`,
      code: unserved.length === 0 ? 'channels.served' : 'channels.unserved',
      values: {
        due: unserved.reduce((sum, one) => sum + one.due, 0),
        channels: [...new Set(unserved.map(({ channel }) => channel))].join(', '),
      },
      ...(unserved.length > 0 && {
        remedy: 'Add or switch on an account at /channels; messages whose time is over are refused',
      }),
    },
    {
      name: 'unknown sends',
      ok: undecided === 0,
      blocking: false,
      detail: `${undecided} sends of unknown outcome wait for a person`,
      code: undecided === 0 ? 'sends.decided' : 'sends.undecided',
      values: { sends: undecided },
      ...(undecided > 0 && { remedy: 'Say what became of them on the page of their account, /channels' }),
    },
  ]
}
