/** What went wrong, in terms a caller can act on. Leaves the program as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: Record<string, unknown>
  /** Seconds after which trying again makes sense; becomes the `Retry-After` header. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: string, { status, title, retryAfterSeconds }: ProblemKind, detail: Record<string, unknown> = {}) {
    super(`${code}: ${title}`)
    this.name = 'Problem'
    this.code = code
    this.status = status
    this.title = title
    this.detail = detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

interface ProblemKind {
  status: number
  title: string
  retryAfterSeconds?: number
}

/**
 * A feature's catalogue of problems: `problem.nameTaken({ name })` makes one with code `audiences.nameTaken`.
 * `detail` travels to the caller, so it never holds personal data.
 */
export const problems = <Name extends string>(feature: string, kinds: Record<Name, ProblemKind>) =>
  Object.fromEntries(
    Object.entries<ProblemKind>(kinds).map(([name, kind]) => [
      name,
      (detail?: Record<string, unknown>) => new Problem(`${feature}.${name}`, kind, detail),
    ]),
  ) as Record<Name, (detail?: Record<string, unknown>) => Problem>

export const problem = problems('platform', {
  notFound: { status: 404, title: 'There is nothing here by that name' },
  invalid: { status: 400, title: 'The request does not have the expected shape' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  conflict: { status: 409, title: 'Somebody else changed this meanwhile' },
  tooLarge: { status: 413, title: 'The request is larger than allowed' },
  tooMany: { status: 429, title: 'Too many requests', retryAfterSeconds: 1 },
  unavailable: { status: 503, title: 'A store cannot be reached or cannot write', retryAfterSeconds: 5 },
  dataDirLocked: { status: 409, title: 'Another process holds this data directory' },
  portTaken: { status: 409, title: 'Something else listens on this address' },
  configWrong: { status: 500, title: 'A setting is missing or wrong' },
  originRefused: { status: 403, title: 'The request comes from another site' },
  purposeNeeded: { status: 400, title: 'Say for which purpose the personal data are read' },
})
