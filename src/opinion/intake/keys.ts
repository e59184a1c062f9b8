import { xxh3 } from '@node-rs/xxhash'

/** Id of a post: UInt64 of platform and the platform's own id, as decimal text. */
export const postIdOf = (platform: string, guid: string): string => xxh3.xxh64(`${platform}\0${guid}`).toString()

/** Hash of an account on its platform, as decimal text; `0` for none. Not reversible without knowing the account. */
export const authorKeyOf = (platform: string, authorId: string): string =>
  authorId === '' ? '0' : xxh3.xxh64(`author\0${platform}\0${authorId}`).toString()

const noise =
  /^(utm_\w+|spm|from|share_\w+|sharer_\w+|scene|timestamp|band_rank|weibo_id|refer\w*|source|wfr|isappinstalled)$/i

/**
 * An address as it is compared: without scheme, `www.`/`m.`, default port, fragment, tracking parameters and closing slash;
 * parameters in order. Text that is no http address is returned as it is, trimmed.
 */
export const normalUrl = (url: string): string => {
  const parsed = URL.parse(url.trim())
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return url.trim()
  const host = parsed.host.replace(/^(www|m|mobile|wap|h5)\./, '').replace(/:(80|443)$/, '')
  const kept = [...parsed.searchParams]
    .filter(([name]) => !noise.test(name))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const query = new URLSearchParams(kept).toString()
  return `${host}${parsed.pathname.replace(/\/+$/, '')}${query ? `?${query}` : ''}`
}

/** What an address is known by, or nothing when there is no address. */
export const urlKeyOf = (url: string): string | undefined => {
  const normal = normalUrl(url)
  return normal === '' ? undefined : xxh3.xxh64(`url\0${normal}`).toString()
}
