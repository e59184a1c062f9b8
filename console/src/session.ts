import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import type { SignedIn as SignedInSchema } from '../../src/platform/auth/contract.ts'
import type { Permission } from '../../src/platform/permissions.ts'
import { ApiProblem, get, remove } from './api.ts'

export type SignedIn = z.infer<typeof SignedInSchema>

export const sessionKey = ['session'] as const

/** Who is signed in; `null` when nobody is. */
const fetchSession = async (signal?: AbortSignal): Promise<SignedIn | null> => {
  try {
    return await get<SignedIn>('/session', signal)
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null
    throw error
  }
}

export const useSession = () =>
  useQuery({ queryKey: sessionKey, queryFn: ({ signal }) => fetchSession(signal), staleTime: 60_000 })

/** Who is signed in, on a page that only a signed-in user sees. */
export const useUser = () => useSession().data?.user

/** Whether the signed-in user's roles carry a permission. The server decides; this only hides what would be refused. */
export const useCan = () => {
  const held = useUser()?.permissions ?? []
  return (permission: Permission) => held.includes(permission)
}

/** Ends the session and forgets everything that was read during it. */
export const signOut = async (client: QueryClient) => {
  await remove('/session')
  client.clear()
  client.setQueryData(sessionKey, null)
}

export const useSignOut = () => {
  const client = useQueryClient()
  return () => signOut(client)
}
