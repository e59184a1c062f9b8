import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small internet to read from: one set of posts served as RSS, Atom, JSON Feed, JSON API and page, and a hot list. */

export interface SandboxPost {
  id: string
  title: string
  /** Plain text. */
  text: string
  at: Date
  author: string
  likes?: number
  comments?: number
  reposts?: number
}

export interface SandboxPlace {
  title: string
  heat: number
}

export interface SourceSandbox {
  /** `http://127.0.0.1:PORT`; below it `/rss`, `/atom`, `/feed.json`, `/api/posts`, `/api/posts/ID`, `/list`, `/api/hot`, `/robots.txt`. */
  url: string
  /** Adds posts, or changes those of the same id. */
  publish(...posts: SandboxPost[]): void
  /** The hot list from now on, first place first. */
  setHotList(places: readonly SandboxPlace[]): void
  /** Requests so far, by path. */
  asked(path: string): number
  stop(): Promise<void>
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** As platforms show it: 12345 → 1.2万. */
const shortCount = (count: number) => (count < 10_000 ? String(count) : `${Math.floor(count / 1_000) / 10}万`)

const rss = (url: string, posts: readonly SandboxPost[]) => `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>演示信源</title><link>${url}</link>
${posts
  .map(
    ({ id, title, text, at, author }) =>
      `<item><title>${escaped(title)}</title><link>${url}/p/${id}?utm_source=rss</link><guid isPermaLink="false">${id}</guid><pubDate>${at.toUTCString()}</pubDate><author>${escaped(author)}</author><description>${escaped(`<p>${escaped(text)}</p>`)}</description></item>`,
  )
  .join('\n')}
</channel></rss>`

const atom = (url: string, posts: readonly SandboxPost[]) => `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>演示信源</title><id>${url}/atom</id>
${posts
  .map(
    ({ id, title, text, at, author }) =>
      `<entry><id>${id}</id><title>${escaped(title)}</title><link href="${url}/p/${id}"/><published>${at.toISOString()}</published><author><name>${escaped(author)}</name></author><content type="text">${escaped(escaped(text))}</content></entry>`,
  )
  .join('\n')}
</feed>`

const jsonFeed = (url: string, posts: readonly SandboxPost[]) =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: '演示信源',
    items: posts.map(({ id, title, text, at, author }) => ({
      id,
      url: `${url}/p/${id}`,
      title,
      content_text: text,
      date_published: at.toISOString(),
      authors: [{ name: author }],
    })),
  })

const apiPost = (url: string, { id, title, text, at, author, likes = 0, comments = 0, reposts = 0 }: SandboxPost) => ({
  id,
  title,
  content: text,
  created_at: Math.floor(at.getTime() / 1_000),
  user: { name: author },
  liked_count: shortCount(likes),
  comment_count: comments,
  share_count: reposts,
  link: `${url}/p/${id}`,
})

const page = (
  url: string,
  posts: readonly SandboxPost[],
) => `<!doctype html><html lang="zh"><meta charset="utf-8"><title>演示论坛</title><body><ul>
${posts
  .map(
    ({ id, title, text, at, author, likes = 0 }) =>
      `<li class="post" data-id="${id}"><a href="${url}/p/${id}">${escaped(title)}</a><p class="text">${escaped(text)}</p><span class="by">${escaped(author)}</span><time datetime="${at.toISOString()}"></time><i class="like">${shortCount(likes)}</i></li>`,
  )
  .join('\n')}
</ul></body></html>`

const perPage = 20

/** Starts it on a free port of the loopback address, or the one given. */
export const startSourceSandbox = async ({ port = 0 } = {}): Promise<SourceSandbox> => {
  const posts = new Map<string, SandboxPost>()
  let hot: readonly SandboxPlace[] = []
  const asked = new Map<string, number>()
  let url = ''
  const latest = (count: number) => [...posts.values()].sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, count)
  const answer = (request: IncomingMessage, response: ServerResponse, type: string, body: string) => {
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end()
      return
    }
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, etag }).end(body)
  }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
    asked.set(pathname, (asked.get(pathname) ?? 0) + 1)
    const json = (value: unknown) => answer(request, response, 'application/json', JSON.stringify(value))
    const one = posts.get(pathname.split('/').at(-1) ?? '')
    switch (pathname) {
      case '/robots.txt':
        return answer(request, response, 'text/plain', 'User-agent: *\nDisallow: /private/\n')
      case '/rss':
        return answer(request, response, 'application/rss+xml', rss(url, latest(50)))
      case '/atom':
        return answer(request, response, 'application/atom+xml', atom(url, latest(50)))
      case '/feed.json':
        return answer(request, response, 'application/feed+json', jsonFeed(url, latest(50)))
      case '/list':
        return answer(request, response, 'text/html', page(url, latest(50)))
      case '/api/hot':
        return json({ data: hot.map(({ title, heat }, index) => ({ word: title, rank: index + 1, num: heat })) })
      case '/api/posts': {
        const number = Math.max(1, Number(searchParams.get('page') ?? 1))
        const all = latest(10_000)
        return json({
          data: { list: all.slice((number - 1) * perPage, number * perPage).map((post) => apiPost(url, post)) },
        })
      }
      default:
        if (one && pathname.startsWith('/api/posts/')) return json({ data: apiPost(url, one) })
        if (one && pathname.startsWith('/p/')) return answer(request, response, 'text/html', page(url, [one]))
        response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    publish: (...given) => {
      for (const post of given) posts.set(post.id, post)
    },
    setHotList: (places) => {
      hot = places
    },
    asked: (path) => asked.get(path) ?? 0,
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
