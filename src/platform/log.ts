import { type Logger as Pino, pino } from 'pino'
import type { Config } from './config.ts'

export type Logger = Pino

/** JSON lines on standard output. Fields that could hold secrets or personal data are dropped by name, wherever they come from. */
export const openLog = ({ logLevel }: Pick<Config, 'logLevel'>, destination?: { write(line: string): void }): Logger =>
  pino(
    {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'msg',
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          'password',
          'authorization',
          'cookie',
          'key',
          'writeKey',
          'token',
          'phone',
          'idCard',
          'email',
          'name',
          'address',
          'headers',
          'body',
          '*.password',
          '*.authorization',
          '*.cookie',
          '*.phone',
          '*.idCard',
          '*.email',
        ],
        remove: true,
      },
      serializers: { err: errorForLog, error: errorForLog },
    },
    ...(destination ? [destination] : []),
  )

/** Name, code and stack; the message of a database error may quote a row, so its detail is left out. */
const errorForLog = (error: unknown) => {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = 'code' in error ? String(error.code) : undefined
  return {
    type: error.name,
    message: error.message.slice(0, 500),
    code,
    stack: error.stack?.split('\n').slice(1, 12).join('\n'),
  }
}
