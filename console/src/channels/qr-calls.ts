import type { z } from 'zod'
import type { NewQrCode, QrCode, QrCodes, QrPeople } from '../../../src/campaigns/channels/wechat/qr-codes-contract.ts'
import { get, post, queryText } from '../api.ts'

export type { QrCode }

export const listQrCodes = (signal?: AbortSignal) => get<z.infer<typeof QrCodes>>('/channels/qr-codes', signal)
export const createQrCode = (body: z.input<typeof NewQrCode>) => post<{ id: number }>('/channels/qr-codes', body)
export const getQrPeople = (
  id: number,
  { followed, after }: { followed: boolean; after: string | undefined },
  signal?: AbortSignal,
) => get<QrPeople>(`/channels/qr-codes/${id}/people${queryText({ followed, after, limit: 30 })}`, signal)
