import type { ChannelAdapter } from '../delivery/adapter.ts'

/** Every protocol there is. To add one, write it beside the others and name it here. */
export const adapters: readonly ChannelAdapter[] = []

export const adapterOf = (kind: string): ChannelAdapter | undefined => adapters.find((one) => one.kind === kind)
