import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useFailureToast } from '../../ui/failure-toast.ts'
import type { Ticket } from './ticket-calls.ts'

/** A change of a ticket, shown at once. */
export const useChange = (after: () => void = () => undefined) => {
  const client = useQueryClient()
  const fail = useFailureToast()
  return useMutation({
    mutationFn: (run: () => Promise<Ticket>) => run(),
    onSuccess: (data) => {
      client.setQueryData(['tickets', 'one', data.id], data)
      after()
      void client.invalidateQueries({ queryKey: ['tickets', 'list'] })
    },
    onError: fail,
  })
}
