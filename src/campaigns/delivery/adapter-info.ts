import { z } from 'zod'
import type { ChannelAdapter } from './adapter.ts'
import type { AdapterInfo, AdapterInput } from './delivery-contract.ts'

interface Property {
  type?: string | string[]
  enum?: (string | number)[]
  default?: unknown
}

/** What the console needs for the form of an account: types, choices and defaults from the adapter's own schema. */
export const adapterInfo = (adapter: ChannelAdapter): AdapterInfo => {
  const schema = z.toJSONSchema(adapter.settings, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Property>
    required?: string[]
  }
  return {
    kind: adapter.kind,
    channel: adapter.channel,
    title: adapter.title,
    fields: adapter.fields.map(({ name, title, help, secret, optional }): AdapterInput => {
      const property = schema.properties?.[name]
      const initial = property?.default
      return {
        name,
        title,
        help: help ?? null,
        type: secret ? 'secret' : typeIn(property),
        required: secret ? !optional : (schema.required ?? []).includes(name),
        choices: (property?.enum ?? []).map(String),
        initial:
          typeof initial === 'string' || typeof initial === 'number' || typeof initial === 'boolean' ? initial : null,
      }
    }),
    asks: adapter.query !== undefined,
  }
}

const typeIn = (property: Property | undefined): AdapterInput['type'] => {
  if (property?.enum) return 'choice'
  if (property?.type === 'boolean') return 'boolean'
  return property?.type === 'integer' || property?.type === 'number' ? 'number' : 'text'
}
