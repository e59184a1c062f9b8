// Reporter for one test file: what scripts/test.mjs needs of each event, one JSON line each.
import { inspect } from 'node:util'

const describe = (error) => {
  const cause = error.cause instanceof Error ? error.cause : error
  return typeof error.cause === 'string' ? error.cause : inspect(cause, { depth: 6, breakLength: 120 })
}

export default async function* report(source) {
  for await (const { type, data } of source) {
    const { name, nesting, line, column } = data
    // start, pass and fail come in the order of the file; begin and end when it happens, which tells what hangs.
    const moment = { 'test:start': 'start', 'test:dequeue': 'begin', 'test:complete': 'end' }[type]
    if (moment) yield `${JSON.stringify({ type: moment, name, nesting })}\n`
    if (type === 'test:diagnostic' && /^(Error|Warning): /.test(data.message))
      yield `${JSON.stringify({ type: 'note', text: data.message })}\n`
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const error = data.details.error
    const event = {
      type: type === 'test:pass' ? 'pass' : 'fail',
      name,
      nesting,
      line,
      column,
      suite: data.details.type === 'suite',
      durationMs: data.details.duration_ms,
      skipped: data.skip ?? data.todo,
      ...(error && { failureType: error.failureType, error: describe(error) }),
    }
    yield `${JSON.stringify(event)}\n`
  }
}
