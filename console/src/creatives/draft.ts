import type { Category, Channel, Creative, CreativeContent, Product } from './creative-shapes.ts'

export interface Draft {
  name: string
  description: string
  category: Category
  product: Product
  purpose: string
  offerId: number | null
  content: CreativeContent
  note: string
}

/** What an editor of a channel starts with: empty where the writer has to say something. */
export const emptyContent = (channel: Channel): CreativeContent => {
  switch (channel) {
    case 'sms':
      return { channel, signature: '', text: '', optOut: '拒收请回复R' }
    case 'email':
      return {
        channel,
        fromName: '',
        subject: '',
        preheader: '',
        body: {
          kind: 'blocks',
          blocks: [
            { kind: 'heading', text: '', align: 'left' },
            { kind: 'text', text: '', align: 'left', size: 'normal' },
          ],
        },
        footer: '',
        text: '',
      }
    case 'wechat':
      return { channel, message: { kind: 'text', text: '' } }
    case 'wecom':
      return { channel, text: '', attachments: [] }
    case 'push':
      return { channel, title: '', text: '', link: '', picture: '' }
    case 'call':
      return { channel, opening: '', blocks: [], questions: [], never: [], closing: '' }
    case 'branch':
      return { channel, title: '', text: '', checklist: [] }
    case 'inApp':
      return {
        channel,
        slot: 'home.banner',
        shape: 'banner',
        title: '',
        text: '',
        picture: '',
        alt: '',
        closePx: 44,
        marked: true,
      }
    case 'webhook':
      return { channel, type: 'customer.reached', body: '{\n  "customer": {{ customer.name | json }}\n}' }
  }
}

export const emptyDraft = (channel: Channel): Draft => ({
  name: '',
  description: '',
  category: 'marketing',
  product: 'other',
  purpose: '',
  offerId: null,
  content: emptyContent(channel),
  note: '',
})

export const draftOf = ({ name, description, category, product, purpose, offerId, content }: Creative): Draft => ({
  name,
  description,
  category,
  product,
  purpose,
  offerId,
  content,
  note: '',
})

/** The words alone, as they are checked and previewed. */
export const wordsOf = ({ category, product, purpose, offerId, content }: Draft) => ({
  category,
  product,
  purpose,
  offerId,
  content,
})

/** Lists typed one per line, or with commas between. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
