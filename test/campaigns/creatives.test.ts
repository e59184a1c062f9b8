import assert from 'node:assert/strict'
import test from 'node:test'
import { type Actor, type Ctx, permissionsOf, type Role, writeSetting } from '#platform'
import { aCtx, aCustomer } from '#test'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import { checkCreative } from '../../src/campaigns/creatives/check.ts'
import {
  CreativeQuery,
  CreativeWords,
  NewCreative,
  PreviewRequest,
} from '../../src/campaigns/creatives/creative-contract.ts'
import { previewCreative } from '../../src/campaigns/creatives/preview.ts'
import { setPrice } from '../../src/campaigns/creatives/prices.ts'
import {
  approvedCreatives,
  archiveCreative,
  changeCreative,
  createCreative,
  creativeContents,
  duplicateCreative,
  listCreatives,
  readCreative,
} from '../../src/campaigns/creatives/store.ts'
import { submitCreative } from '../../src/campaigns/creatives/submit.ts'
import { listVariables } from '../../src/campaigns/creatives/variables.ts'
import { readVersions, restoreVersion } from '../../src/campaigns/creatives/versions.ts'
import { createCampaign } from '../../src/campaigns/plans/store.ts'
import { decideReview } from '../../src/compliance/review/decide.ts'
import { readReview } from '../../src/compliance/review/read.ts'

const world = await aCtx()
await writeSetting(world, 'companyName', '明月消费金融')
const customer = await aCustomer(world, {
  traits: {
    name: '王小明',
    phone: '13912345678',
    city: '杭州',
    quotaFen: 5_000_000,
    dueDate: '2026-12-18',
    idCard: '11010519491231002X',
  },
})

const as = (name: string, roles: readonly Role[], kind: Actor['kind'] = 'user'): Ctx => ({
  ...world,
  actor: { kind, id: name, name, roles, permissions: permissionsOf(roles) },
})
const writer = as('小林', ['marketer'])
const reviewer = as('法务老陈', ['legal'])
const approve = { decision: 'approve' as const, note: '', justifications: [] }
const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error, String(error))
  assert.equal(error.code, expected)
  return true
}

const service = (text: string, more: object = {}) =>
  CreativeWords.parse({
    category: 'service',
    content: { channel: 'sms', signature: '明月消费金融', text, optOut: '' },
    ...more,
  })
const marketing = (text: string, more: object = {}) =>
  CreativeWords.parse({
    category: 'marketing',
    content: { channel: 'sms', signature: '明月消费金融', text, optOut: '拒收请回复R' },
    ...more,
  })
const aCreative = (words: CreativeWords, name = '还款提醒') =>
  createCreative(writer, NewCreative.parse({ ...words, name }))

test('a change of words is a new version, the same words are none, and every old one stays', async () => {
  const first = await aCreative(service('您的账单将于 {{ customer.dueDate | date }} 到期'))
  assert.equal(first.version, 1)
  assert.match(first.contentHash, /^[0-9a-f]{64}$/)
  const same = await changeCreative(writer, {
    id: first.id,
    basedOn: 1,
    note: '',
    name: '到期提醒',
    content: first.content,
  })
  assert.deepEqual([same.version, same.name], [1, '到期提醒'])
  const { content } = service('账单到期提醒')
  const second = await changeCreative(writer, { id: first.id, basedOn: 1, note: '更短', content })
  assert.equal(second.version, 2)
  assert.notEqual(second.contentHash, first.contentHash)
  await assert.rejects(
    changeCreative(writer, { id: first.id, basedOn: 1, note: '', content }),
    code('creatives.overtaken'),
  )
  const third = await restoreVersion(writer, { id: first.id, version: 1 })
  assert.deepEqual([third.version, third.contentHash], [3, first.contentHash])
  const { items } = await readVersions(world, { id: first.id })
  assert.deepEqual(
    items.map(({ version, note }) => [version, note]),
    [
      [3, '↩ 1'],
      [2, '更短'],
      [1, ''],
    ],
  )
  await assert.rejects(
    changeCreative(writer, {
      id: first.id,
      basedOn: 3,
      note: '',
      content: { channel: 'push', title: 'a', text: 'b', link: '', picture: '' },
    }),
    code('creatives.channelChanged'),
  )
})

test('creative-banned-6-disguises: a forbidden word is found where it stands in the text as written', async () => {
  for (const word of ['秒到账', '秒 到 账', '秒.到.账', '秒dao账', '秒到賬', '秒\u200b到账']) {
    const { ready, findings } = await checkCreative(
      writer,
      marketing(`{{ customer.city }}的朋友，${word}，客服 400-000-0000`),
    )
    const found = findings.find(({ category }) => category === 'B3')
    assert.equal(ready, false, word)
    assert.equal(found?.field, 'text', word)
    assert.equal(found?.matched, word)
    assert.deepEqual(
      [found?.start, found?.end],
      ['{{ customer.city }}的朋友，'.length, '{{ customer.city }}的朋友，'.length + word.length],
    )
    assert.ok(found?.article)
  }
})

test('what channel and product require is asked of the filled text: signature, way out, annual rate', async () => {
  const rules = async (words: CreativeWords) => (await checkCreative(writer, words)).findings.map(({ rule }) => rule)
  const without = marketing('年末账单分期说明')
  assert.ok(without.content.channel === 'sms')
  assert.ok((await rules({ ...without, content: { ...without.content, optOut: '' } })).includes('E.optOutMissing'))
  assert.ok(
    (await rules({ ...without, content: { ...without.content, signature: '日光银行' } })).includes('E.senderFalse'),
  )
  assert.ok((await rules(marketing('最高可借20万', { product: 'loan' }))).includes('E.annualRateMissing'))
  assert.ok(
    (await rules(marketing('日息低至0.03%，年化利率（单利）10.80%', { product: 'loan' }))).includes('E.annualRateLate'),
  )
  // creative-needs-APR: the rate comes from the offer's figures when the text is filled.
  const good = await checkCreative(
    writer,
    marketing('最高可借20万元，年化利率（单利）{{ offer.aprSimple | rate }}', { product: 'loan' }),
  )
  assert.deepEqual(good.findings, [])
  assert.equal(good.ready, true)
})

test('a mail says who sends it and how to reach him; the page to unsubscribe is ours and not judged as a link', async () => {
  const mail = (footer: string) =>
    CreativeWords.parse({
      category: 'marketing',
      content: {
        channel: 'email',
        fromName: '明月消费金融',
        subject: '您的年度账单',
        body: { kind: 'blocks', blocks: [{ kind: 'text', text: '{{ customer.city }}的朋友，账单已生成。' }] },
        footer,
      },
    })
  assert.deepEqual((await checkCreative(writer, mail('明月消费金融 客服电话 400-000-0000'))).findings, [])
  const rules = (await checkCreative(writer, mail(''))).findings.map(({ rule }) => rule)
  assert.deepEqual(rules, ['E.contactMissing'])
})

test('variables are those of the dictionary and of the engine; personal ones need a purpose, some never stand', async () => {
  const faults = async (text: string, purpose = '') =>
    (await checkCreative(writer, service(text, { purpose }))).faults.map(({ code, about }) => `${code} ${about}`)
  assert.deepEqual(await faults('{{ customer.city }} {{ trigger.anything }} {{ links.preference }}'), [])
  assert.deepEqual(await faults('{{ customer.nobody }}'), ['unknownTrait customer.nobody'])
  assert.deepEqual(await faults('{{ offer.dailyRate }}'), ['unknownField offer.dailyRate'])
  assert.deepEqual(await faults('{{ secret }}'), ['unknownRoot secret'])
  assert.deepEqual(await faults('{{ customer.idCard }}', '核对'), ['never customer.idCard'])
  assert.deepEqual(await faults('{{ customer.name }}您好'), ['purpose customer.name'])
  assert.deepEqual(await faults('{{ customer.name }}您好', '称呼客户'), [])
  const [fault] = (await checkCreative(writer, service('第一行\n您好 {{ customer.nobody }}'))).faults
  assert.deepEqual(fault && [fault.line, fault.start], [2, '第一行\n您好 {{ '.length])
  const names = (await listVariables(writer)).items.map(({ name }) => name)
  assert.ok(names.includes('customer.city') && names.includes('offer.aprSimple'))
  assert.ok(!names.includes('customer.idCard'))
})

test('preview: sample persons, and a real customer whose personal values are masked', async () => {
  const words = service(
    '{{ customer.name }}，{{ customer.city }}，额度{{ customer.quotaFen | yuan }}元，{{ customer.missing }}',
    {
      purpose: '称呼客户',
    },
  )
  const seen = await previewCreative(writer, PreviewRequest.parse({ ...words, person: { customerNo: customer.no } }))
  assert.ok(seen.rendered.channel === 'sms')
  assert.equal(seen.rendered.text, '【明月消费金融】王**，杭州，额度50,000元，')
  assert.deepEqual(seen.missing, [{ field: 'text', variable: 'customer.missing', line: 1 }])
  const bare = await previewCreative(writer, PreviewRequest.parse({ ...words, person: 'bare' }))
  assert.deepEqual(
    bare.missing.map(({ variable }) => variable),
    ['customer.name', 'customer.city', 'customer.quotaFen', 'customer.missing'],
  )
  const full = await previewCreative(writer, PreviewRequest.parse({ ...words, person: 'full' }))
  const long = await previewCreative(writer, PreviewRequest.parse({ ...words, person: 'long' }))
  assert.ok((long.length?.units ?? 0) > (full.length?.units ?? 0))
  assert.equal(full.costMillifen, 4500)
  await setPrice(writer, { channel: 'sms', priceMillifen: 3800 })
  const again = await previewCreative(writer, PreviewRequest.parse({ ...words, person: 'full' }))
  assert.equal(again.costMillifen, 3800)
  await assert.rejects(
    previewCreative(as('无权限', ['pr']), PreviewRequest.parse({ ...words, person: { customerNo: customer.no } })),
    code('platform.forbidden'),
  )
})

test('write, submit, another approves; an edit voids; the approval stays with its own words', async () => {
  const creative = await aCreative(service('您的账单将于 {{ customer.dueDate | date }} 到期'))
  const { reviewId } = await submitCreative(writer, { id: creative.id, note: '请看' })
  const waiting = await readCreative(writer, { id: creative.id })
  assert.deepEqual(waiting.review, { id: reviewId, state: 'review' })
  const { material } = await readReview(reviewer, { id: reviewId })
  assert.ok(typeof material === 'object' && material !== null && 'previews' in material)
  await assert.rejects(
    decideReview(as('小林', ['legal']), { id: reviewId, ...approve }),
    code('reviews.reviewerIsWriter'),
  )
  await decideReview(reviewer, { id: reviewId, ...approve })
  assert.ok((await approvedCreatives(world, [creative.id])).has(creative.id))

  const { content } = service('账单今天到期')
  const edited = await changeCreative(writer, { id: creative.id, basedOn: 1, note: '', content })
  assert.equal(edited.review, null)
  assert.ok(!(await approvedCreatives(world, [creative.id])).has(creative.id))
  const second = await submitCreative(writer, { id: creative.id, note: '' })
  await changeCreative(writer, { id: creative.id, basedOn: 2, note: '', content: service('账单明天到期').content })
  await assert.rejects(decideReview(reviewer, { id: second.reviewId, ...approve }), code('reviews.stateWrong'))
  assert.equal((await readReview(reviewer, { id: second.reviewId })).state, 'void')
  assert.equal((await readReview(reviewer, { id: reviewId })).state, 'approved')
})

test('what a check blocks, or what cannot be filled, does not reach a reviewer', async () => {
  const blocked = await aCreative(marketing('秒到账'))
  await assert.rejects(submitCreative(writer, { id: blocked.id, note: '' }), code('reviews.blocked'))
  const broken = await aCreative(service('{{ customer.city'))
  await assert.rejects(submitCreative(writer, { id: broken.id, note: '' }), code('creatives.notReady'))
})

test('copies, variants, search, archive; one that a campaign uses stays', async () => {
  const creative = await aCreative(service('独一无二的句子'), '可搜索')
  const variant = await duplicateCreative(writer, { id: creative.id, name: '可搜索 B', variant: true })
  assert.equal(variant.variantOf, creative.id)
  assert.deepEqual(
    (await readCreative(world, { id: creative.id })).variants.map(({ id }) => id),
    [variant.id],
  )
  const found = await listCreatives(world, CreativeQuery.parse({ search: '独一无二' }))
  assert.equal(found.total, 2)
  assert.equal((await listCreatives(world, CreativeQuery.parse({ review: 'none', search: '独一无二' }))).total, 2)

  const campaign = await createCampaign(writer, {
    name: '用到素材的活动',
    description: '',
    category: 'service',
    priority: 50,
    definition: CampaignDefinition.parse({
      trigger: { kind: 'api' },
      journey: {
        start: 'm',
        steps: {
          m: { kind: 'message', name: '提醒', channels: [{ channel: 'sms', creativeId: creative.id }], next: null },
        },
      },
    }),
  })
  assert.deepEqual(
    (await readCreative(world, { id: creative.id })).usedBy.map(({ id }) => id),
    [campaign.id],
  )
  await assert.rejects(archiveCreative(writer, { id: creative.id, archived: true }), code('creatives.used'))
  await archiveCreative(writer, { id: variant.id, archived: true })
  assert.equal((await listCreatives(world, CreativeQuery.parse({ search: '独一无二' }))).total, 1)
  assert.ok(!(await creativeContents(world, [variant.id])).has(variant.id))
  await archiveCreative(writer, { id: variant.id, archived: false })
  const held = (await creativeContents(world, [creative.id, variant.id, 999_999])).get(variant.id)
  assert.equal(held?.hash, variant.contentHash)
  assert.equal(held?.channel, 'sms')
})

test('the trail of audit and the log hold no personal value', async () => {
  const { items } = await world.audit.list(world.pg, { limit: 500 })
  assert.ok(items.some(({ action }) => action === 'creative.change'))
  assert.doesNotMatch(JSON.stringify(items), /王小明|13912345678/)
})
