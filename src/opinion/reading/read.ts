import { readShipped } from '#models'
import type { RumourFile } from '../../models/in-threads.ts'
import type { HeadsFile } from './heads.ts'
import { openReader, type ReaderFiles } from './reader.ts'
import type { ReadablePost, Reading } from './reading.ts'
import { readInThreads } from './workers.ts'

/** Name of the model of posts that comes with the product. */
export const postsModel = 'posts-1'

/** So few posts are read at once faster than a thread answers. */
const readHere = 200

let held: { version: number; read: (post: ReadablePost) => Reading } | undefined

/** The weights that come with the product, or others for the heads. */
export const filesWith = (heads?: HeadsFile): ReaderFiles => ({
  heads: heads ?? readShipped<HeadsFile['extra']>('posts-1'),
  reviews: readShipped('reviews-1'),
  rumour: readShipped<RumourFile['extra']>('rumour-1'),
})

/**
 * Reads posts, in the order given: few at once here, many in threads.
 * @param active version of the model of posts, 0 for the one that comes with the product, and its bytes
 */
export const readPosts = async (
  posts: readonly ReadablePost[],
  active: { version: number; bytes?: Uint8Array | undefined; heads?: () => HeadsFile },
): Promise<Reading[]> => {
  if (posts.length > readHere) return readInThreads(posts, active)
  if (held?.version !== active.version)
    held = { version: active.version, read: openReader(filesWith(active.heads?.())) }
  const { read } = held
  return posts.map(read)
}
