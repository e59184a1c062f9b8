import assert from 'node:assert/strict'
import test from 'node:test'
import { goldPosts } from './gold.ts'
import { headsFigures, readable } from './heads-figures.ts'
import { filesWith, readPosts } from './read.ts'
import { openReader } from './reader.ts'
import { readInThreads } from './workers.ts'

const read = openReader(filesWith())

const keptBack = goldPosts().filter(({ split }) => split === 'test')
/** The first twenty files, before the set grew: their figures can be compared with those of earlier weights. */
const first = keptBack.filter(({ id }) => id < 'g4')

test('posts of the gold set that were kept back are read as the card says', () => {
  const figures = headsFigures(keptBack, read)
  // The card says .74, .86, .86, .88; the issue aims at .88 for aspects, see docs/text-models.md.
  assert.ok(figures.aspects.f1 >= 0.73, `aspects ${figures.aspects.f1}`)
  assert.ok(figures.sentiment.all >= 0.84, `sentiment ${figures.sentiment.all}`)
  assert.ok(figures.toward.all >= 0.84, `toward ${figures.toward.all}`)
  assert.ok(figures.speaker.all >= 0.86, `speaker ${figures.speaker.all}`)
  // What is left to a person is where the model errs.
  assert.ok(figures.toward.sure > figures.toward.all + 0.02)
  const seen = (aspect: string) => figures.byAspect.find((one) => one.aspect === aspect)?.seen ?? 0
  assert.ok(seen('privacy-leak') >= 0.95, `privacy ${seen('privacy-leak')}`)
  assert.ok(seen('harsh-collection') >= 0.95, `collection ${seen('harsh-collection')}`)
  const recall = (aspect: string) => figures.byAspect.find((one) => one.aspect === aspect)?.recall ?? 0
  assert.ok(recall('privacy-leak') >= 0.95, `privacy ${recall('privacy-leak')}`)
  assert.ok(recall('harsh-collection') >= 0.96, `collection ${recall('harsh-collection')}`)
  const selfHarm = figures.urgency.find(({ urgency }) => urgency === 'self-harm')
  assert.ok((selfHarm?.recall ?? 0) >= 0.85, `self-harm ${selfHarm?.recall}`)
})

test('the first seven hundred kept back are read no worse than by the weights before', () => {
  assert.equal(first.length, 700)
  const figures = headsFigures(first, read)
  assert.ok(figures.aspects.f1 >= 0.748, `aspects ${figures.aspects.f1}`)
  assert.ok(figures.toward.all >= 0.82, `toward ${figures.toward.all}`)
  assert.ok(figures.speaker.all >= 0.825, `speaker ${figures.speaker.all}`)
  for (const { aspect, recall } of figures.byAspect)
    if (aspect === 'privacy-leak' || aspect === 'harsh-collection') assert.ok(recall >= 0.965, `${aspect} ${recall}`)
})

test('a danger to life is told whatever else the post says; a regulator is no complainant to itself', () => {
  const life = read(readable({ text: '星河的客服真好真有耐心，可我不想活了', subject: '星河消费金融' }))
  assert.ok(life.urgency.includes('self-harm'))
  const notice = read({
    ...readable({ text: '金融监管局提示：消费者可拨打12378反映，星河消费金融已整改', subject: '星河消费金融' }),
    authorClass: 'regulator',
  })
  assert.equal(notice.speaker, 'regulator')
  assert.ok(!notice.urgency.includes('regulator-report'))
})

test('a post is read alike here and in a thread, whatever is read before it', async () => {
  const posts = goldPosts().slice(0, 700).map(readable)
  const [here, there] = await Promise.all([Promise.resolve(posts.map(read)), readInThreads(posts, { version: 0 })])
  assert.deepEqual(there, here)
  const [alone] = await readPosts(posts.slice(5, 6), { version: 0 })
  assert.deepEqual(alone, here[5])
})

test('empty, endless and odd texts are read', () => {
  for (const text of ['', ' ', '？', '😀'.repeat(50), '催收'.repeat(20_000), '\u0000\ud800', 'a'.repeat(5_000)]) {
    const reading = read(readable({ text, subject: '星河' }))
    assert.ok(reading.sentimentP >= 0 && reading.sentimentP <= 1)
    assert.ok(reading.rumour >= 0 && reading.rumour <= 1)
  }
})
