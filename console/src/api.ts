/** An answer of the server that is not a success: RFC 9457 `problem+json`, or what stands for it when there was none. */
export class ApiProblem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly requestId: string | undefined

  constructor(init: {
    code: string
    status: number
    title: string
    detail?: Readonly<Record<string, unknown>>
    requestId?: string | undefined
  }) {
    super(`${init.code}: ${init.title}`)
    this.name = 'ApiProblem'
    this.code = init.code
    this.status = init.status
    this.title = init.title
    this.detail = init.detail ?? {}
    this.requestId = init.requestId
  }
}

const base = '/api'

// The server takes a state-changing request only with this header, which another site cannot send without asking first.
const guard = { 'x-zhiyin': '1' }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const toProblem = (status: number, text: string, requestId: string | null): ApiProblem => {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  if (!isRecord(body) || typeof body.code !== 'string') {
    return new ApiProblem({
      code: 'console.unreadable',
      status,
      title: `HTTP ${status}`,
      requestId: requestId ?? undefined,
    })
  }
  const { code, title, detail, type: _type, status: _status, ...rest } = body
  return new ApiProblem({
    code,
    status,
    title: typeof title === 'string' ? title : `HTTP ${status}`,
    detail: { ...rest, ...(isRecord(detail) ? detail : detail === undefined ? {} : { text: detail }) },
    requestId: requestId ?? undefined,
  })
}

const offline = () => new ApiProblem({ code: 'console.offline', status: 0, title: 'The server cannot be reached' })

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * One call of the API. The type is the contract's: the server checks what it sends against the same schema.
 * @throws ApiProblem for every answer that is not 2xx and when there is no answer
 */
export const request = async <T>(verb: Verb, path: string, body?: unknown, signal?: AbortSignal): Promise<T> => {
  let response: Response
  try {
    response = await fetch(base + path, {
      method: verb,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(verb === 'GET' ? {} : guard),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw offline()
  }
  const text = await response.text()
  if (!response.ok) throw toProblem(response.status, text, response.headers.get('x-request-id'))
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** Asks with a body for a file. @throws ApiProblem */
export const download = async (path: string, body: unknown): Promise<Blob> => {
  let response: Response
  try {
    response = await fetch(base + path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { ...guard, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  } catch {
    throw offline()
  }
  if (!response.ok) throw toProblem(response.status, await response.text(), response.headers.get('x-request-id'))
  return response.blob()
}

export const get = <T>(path: string, signal?: AbortSignal) => request<T>('GET', path, undefined, signal)
export const post = <T>(path: string, body?: unknown, signal?: AbortSignal) => request<T>('POST', path, body, signal)
export const put = <T>(path: string, body?: unknown) => request<T>('PUT', path, body)
export const patch = <T>(path: string, body?: unknown) => request<T>('PATCH', path, body)
export const remove = <T>(path: string, body?: unknown) => request<T>('DELETE', path, body)

/** Where the browser downloads a file from: a plain link, so that the browser shows its own progress. */
export const fileUrl = (path: string) => base + path

/** Joins the given values into `?a=1&b=2`; empty ones are left out. Never for personal values: those travel in bodies. */
export const queryText = (values: Readonly<Record<string, string | number | boolean | undefined>>): string => {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/**
 * Sends one file as multipart. XMLHttpRequest, because fetch does not tell how much has been sent.
 * @param onProgress bytes sent and bytes in all
 */
export const upload = <T>(
  path: string,
  file: File,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const call = new XMLHttpRequest()
    call.open('POST', base + path)
    for (const [name, value] of Object.entries(guard)) call.setRequestHeader(name, value)
    call.setRequestHeader('accept', 'application/json')
    call.upload.addEventListener('progress', (event) => onProgress(event.loaded, event.total))
    call.addEventListener('load', () => {
      if (call.status >= 200 && call.status < 300) resolve(JSON.parse(call.responseText) as T)
      else reject(toProblem(call.status, call.responseText, call.getResponseHeader('x-request-id')))
    })
    call.addEventListener('error', () => reject(offline()))
    call.addEventListener('abort', () => reject(new DOMException('Cancelled', 'AbortError')))
    signal.addEventListener('abort', () => call.abort())
    const form = new FormData()
    form.append('file', file, file.name)
    call.send(form)
  })
