import { type Ctx, readSetting } from '#platform'
import { sendBy } from '../alerts/send.ts'
import { harmless } from '../alerts/text.ts'
import '../alerts/tables.ts'
import type { Report, ScheduleInput } from './report-contract.ts'
import { readReport } from './store.ts'

/** What a brief says in a message: its sentences, section by section, and where the whole is. */
const textOf = ({ body }: Report, link: string): string =>
  [
    ...(body.drillMark ? [body.drillMark] : []),
    ...body.sections
      .filter(({ sentences }) => sentences.length > 0)
      .map(({ title, sentences }) => `**${title}**\n${sentences.map(({ text }) => harmless(text)).join('\n')}`),
    ...(link === '' ? [] : [link]),
  ].join('\n\n')

/**
 * Sends a report to people by mail and to channels. Tries all of them.
 * @throws with the names of channels and the provider's words when some were not accepted
 */
export const deliverReport = async (
  ctx: Ctx,
  reportId: number,
  { recipients, channels }: Pick<ScheduleInput, 'recipients' | 'channels'>,
): Promise<void> => {
  // After a restore nothing leaves before an administrator arms sending again.
  if ((await readSetting(ctx, 'sendsArmed')) === false) throw new Error('sending is not armed after the restore')
  const report = await readReport(ctx, { id: reportId })
  const base = ctx.config.publicUrl
  const text = textOf(report, base ? `${base.replace(/\/$/, '')}/opinion/reports/${reportId}` : '')
  const rows = await ctx.pg
    .selectFrom('opinion.alert_channel')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('state', '=', 'on')
    .where('serves', 'in', ['real', 'both'])
    .orderBy('id')
    .execute()
  const mail = rows.find(({ kind }) => kind === 'email')
  const failed: string[] = []
  if (recipients.length > 0 && !mail) failed.push('no mail channel is switched on')
  const asked = [
    ...(mail ? recipients.map((to) => ({ row: mail, to })) : []),
    ...rows
      .filter(({ id, kind }) => channels.includes(id) && kind !== 'email' && kind !== 'sms')
      .map((row) => ({ row, to: '' })),
  ]
  for (const [index, { row, to }] of asked.entries()) {
    const outcome = await sendBy(ctx, row, {
      key: `report-${reportId}-${row.id}-${index}`,
      to,
      title: report.title,
      text,
      mention: [],
      data: { reportId, hash: report.hash },
    })
    if (outcome.is !== 'accepted') failed.push(`${row.name}: ${outcome.code} ${outcome.answer}`.slice(0, 200))
  }
  await ctx.audit.record(ctx, {
    action: 'opinion.reportDelivered',
    detail: { reportId, asked: asked.length, failed: failed.length },
  })
  if (failed.length > 0) throw new Error(failed.join('; '))
}
