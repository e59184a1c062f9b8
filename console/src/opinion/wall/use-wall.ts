import { useEffect, useRef, useState } from 'react'
import type { PostRow, Wall } from '../../../../src/opinion/posts/post-contract.ts'
import { get, queryText } from '../../api.ts'

const everyMs = 5_000
const slowestMs = 30_000
const most = 60

/**
 * The wall of what is real (0) or of a drill, kept up to date. When the server cannot be reached it stays as it was and asks again, ever more seldom.
 */
export const useWall = (drill: number) => {
  const [wall, setWall] = useState<Wall>()
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())
  const [failure, setFailure] = useState<{ error: unknown }>()
  const posts = useRef<PostRow[]>([])
  const [round, setRound] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round begins the questions anew
  useEffect(() => {
    const control = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let after: string | undefined
    let waitMs = everyMs
    posts.current = []
    setWall(undefined)
    setFailure(undefined)
    const look = async () => {
      try {
        const told = await get<Wall>(`/opinion/wall${queryText({ after, drill: drill || undefined })}`, control.signal)
        const isFirst = after === undefined
        after = told.next
        posts.current = [...told.posts, ...posts.current].slice(0, most)
        setWall({ ...told, posts: posts.current })
        setFresh(new Set(isFirst ? [] : told.posts.map(({ id }) => id)))
        setFailure(undefined)
        waitMs = everyMs
      } catch (error) {
        if (control.signal.aborted) return
        setFailure({ error })
        waitMs = Math.min(slowestMs, waitMs * 2)
      }
      timer = setTimeout(() => void look(), document.hidden ? slowestMs : waitMs)
    }
    void look()
    return () => {
      control.abort()
      clearTimeout(timer)
    }
  }, [round, drill])
  return { wall, fresh, lost: failure !== undefined, error: failure?.error, retry: () => setRound((n) => n + 1) }
}
