/** Rules of robots.txt as RFC 9309 has them. Pure. */

interface Rule {
  allow: boolean
  path: string
}
export interface Robots {
  rules: readonly Rule[]
  /** Not in the RFC, but widely meant: seconds between requests. */
  crawlDelay: number | undefined
}

/** RFC 9309 asks to read at least 500 KiB. */
const mostBytes = 512_000

/** The rules for a crawler of this name: its own groups, else those of `*`. */
export const parseRobots = (text: string, agent: string): Robots => {
  const groups: { agents: string[]; rules: Rule[]; delay?: number }[] = []
  let open = false
  for (const raw of text.slice(0, mostBytes).split(/\r\n|\r|\n/)) {
    const line = raw.replace(/#.*$/, '').trim()
    const found = /^([a-z-]+)\s*:\s*(.*)$/i.exec(line)
    if (!found) continue
    const [, name = '', value = ''] = found
    const field = name.toLowerCase()
    if (field === 'user-agent') {
      if (!open) groups.push({ agents: [], rules: [] })
      groups.at(-1)?.agents.push(value.toLowerCase())
      open = true
      continue
    }
    const group = groups.at(-1)
    if (!group) continue
    if (field === 'allow' || field === 'disallow') {
      open = false
      if (value !== '') group.rules.push({ allow: field === 'allow', path: value })
    } else if (field === 'crawl-delay') {
      open = false
      const seconds = Number(value)
      if (Number.isFinite(seconds) && seconds > 0) group.delay = Math.min(seconds, 3_600)
    }
  }
  const own = groups.filter(({ agents }) => agents.includes(agent.toLowerCase()))
  const meant = own.length > 0 ? own : groups.filter(({ agents }) => agents.includes('*'))
  return {
    rules: meant.flatMap(({ rules }) => rules),
    crawlDelay: meant.map(({ delay }) => delay).find((delay) => delay !== undefined),
  }
}

/** Path of a rule against a path, `*` any text, `$` the end. Without regular expressions: rules are written by strangers. */
const fits = (rule: string, path: string): boolean => {
  const anchored = rule.endsWith('$')
  const parts = (anchored ? rule.slice(0, -1) : rule).split('*')
  const [first = '', ...rest] = parts
  if (!path.startsWith(first)) return false
  let at = first.length
  for (const [index, part] of rest.entries()) {
    if (anchored && index === rest.length - 1) return path.length - part.length >= at && path.endsWith(part)
    const next = path.indexOf(part, at)
    if (next < 0) return false
    at = next + part.length
  }
  return !anchored || at === path.length
}

/** Whether an address may be read: the longest rule that fits decides, of equal ones the one that allows. */
export const robotsAllow = ({ rules }: Robots, url: string): boolean => {
  const { pathname, search } = new URL(url)
  const path = decodedPath(pathname + search)
  if (path === '/robots.txt') return true
  let best: Rule | undefined
  for (const rule of rules) {
    const plain = { ...rule, path: decodedPath(rule.path) }
    if (!fits(plain.path, path)) continue
    if (!best || plain.path.length > best.path.length || (plain.path.length === best.path.length && plain.allow))
      best = plain
  }
  return best?.allow ?? true
}

const decodedPath = (path: string): string => {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
