import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { sql } from 'kysely'
import {
  approvedReview,
  offerReviewSubject,
  reviewsOf,
  type Submission,
  submitForReview,
  voidReviews,
} from '#compliance'
import { type Actor, type Ctx, canonicalJson, permissionsOf, type Role } from '#platform'
import { aCtx } from '#test'
import { reviewArchive, reviewRegister } from '../../src/compliance/review/archive.ts'
import {
  commentReview,
  decideReview,
  giveOpinion,
  justifyFinding,
  revokeReview,
  withdrawReview,
} from '../../src/compliance/review/decide.ts'
import { listReviews, readReview } from '../../src/compliance/review/read.ts'
import { ReviewQuery } from '../../src/compliance/review/review-contract.ts'

const world = await aCtx()

const as = (name: string, roles: readonly Role[], kind: Actor['kind'] = 'user'): Ctx => ({
  ...world,
  actor: { kind, id: name, name, roles, permissions: permissionsOf(roles) },
})
const writer = as('小林', ['marketer'])
const editor = as('小周', ['marketer', 'compliance'])
const reviewer = as('法务老陈', ['legal'])
const guardian = as('消保老吴', ['compliance'])
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

let subjects = 0
const submission = (given: Partial<Submission> = {}): Submission => ({
  subjectKind: 'poster',
  subjectId: String(++subjects),
  title: '开学季短信',
  contentHash: hashOf('one'),
  material: { text: '年化利率（单利）10.80%', number: subjects },
  findings: [],
  ...given,
})
const approve = { decision: 'approve' as const, note: '', justifications: [] }
const code = (expected: string) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === expected

test('four eyes: neither who submitted nor who edited last nor a key may approve; another person may', async () => {
  const id = await submitForReview(writer, submission({ writers: ['user:小周'] }))
  const alsoLegal = as('小林', ['marketer', 'legal'])
  await assert.rejects(decideReview(alsoLegal, { id, ...approve }), code('reviews.reviewerIsWriter'))
  await assert.rejects(decideReview(editor, { id, ...approve }), code('reviews.reviewerIsWriter'))
  await assert.rejects(decideReview(writer, { id, ...approve }), code('platform.forbidden'))
  await assert.rejects(
    decideReview(as('机器', ['compliance'], 'key'), { id, ...approve }),
    code('reviews.reviewerIsMachine'),
  )
  const review = await decideReview(reviewer, { id, ...approve })
  assert.equal(review.state, 'approved')
  assert.equal(review.approvedBy, '法务老陈')
})

test('an approval counts for its content hash alone, until it is taken back', async () => {
  const given = submission()
  const id = await submitForReview(writer, given)
  assert.equal(await approvedReview(world, 'poster', given.subjectId, given.contentHash), undefined)
  await decideReview(reviewer, { id, ...approve })
  assert.equal((await approvedReview(world, 'poster', given.subjectId, given.contentHash))?.id, id)
  assert.equal(await approvedReview(world, 'poster', given.subjectId, hashOf('two')), undefined)
  assert.equal(await approvedReview(world, 'campaign', given.subjectId, given.contentHash), undefined)
  await revokeReview(reviewer, { id, text: '产品费率已调整' })
  assert.equal(await approvedReview(world, 'poster', given.subjectId, given.contentHash), undefined)
})

test('an edit voids what waits, not what was approved', async () => {
  const given = submission()
  const first = await submitForReview(writer, given)
  await decideReview(reviewer, { id: first, ...approve })
  const second = await submitForReview(writer, { ...given, contentHash: hashOf('two') })
  assert.equal(await voidReviews(writer, 'poster', given.subjectId, hashOf('three')), 1)
  assert.equal((await readReview(world, { id: second })).state, 'void')
  assert.equal((await readReview(world, { id: first })).state, 'approved')
  await assert.rejects(decideReview(reviewer, { id: second, ...approve }), code('reviews.stateWrong'))
  // Submitted twice: the same content waits already; another takes the place of what waits.
  const third = await submitForReview(writer, { ...given, contentHash: hashOf('three') })
  await assert.rejects(submitForReview(writer, { ...given, contentHash: hashOf('three') }), code('reviews.waits'))
  await submitForReview(writer, { ...given, contentHash: hashOf('four') })
  assert.equal((await readReview(world, { id: third })).state, 'void')
  const known = await reviewsOf(world, 'poster', [given.subjectId])
  assert.deepEqual(
    known.map(({ state }) => state),
    ['review', 'void', 'void', 'approved'],
  )
})

test('a subject that changed without telling is found out at the approval', async () => {
  let hash = hashOf('as submitted')
  let blocked = false
  offerReviewSubject({
    kind: 'leaflet',
    hashNow: async () => hash,
    checkAgain: async () => (blocked ? [{ rule: 'B3.秒批', action: 'block', where: 'text' }] : []),
  })
  const given = submission({ subjectKind: 'leaflet', contentHash: hash })
  const id = await submitForReview(writer, given)
  blocked = true
  await assert.rejects(decideReview(reviewer, { id, ...approve }), code('reviews.blocked'))
  assert.equal((await readReview(world, { id })).state, 'review')
  blocked = false
  hash = hashOf('edited')
  await assert.rejects(decideReview(reviewer, { id, ...approve }), code('reviews.changed'))
  assert.equal((await readReview(world, { id })).state, 'void')
})

test('blocks cannot be submitted; every flag is justified by the reviewer before the approval', async () => {
  const block = { rule: 'B3.秒到账', action: 'block' as const, where: 'text' }
  const flag = { rule: 'B6.限时', action: 'flag' as const, where: 'text', start: 0, end: 2, matched: '限时' }
  await assert.rejects(submitForReview(writer, submission({ findings: [block] })), code('reviews.blocked'))
  const id = await submitForReview(writer, submission({ findings: [flag, { ...flag, rule: 'B6.名额有限' }] }))
  await assert.rejects(decideReview(reviewer, { id, ...approve }), code('reviews.unjustified'))
  await assert.rejects(
    justifyFinding(as('小林', ['legal']), { id, no: 1, text: '可以' }),
    code('reviews.reviewerIsWriter'),
  )
  const one = await justifyFinding(reviewer, { id, no: 1, text: '活动确有截止日期 12 月 31 日' })
  assert.equal(one.findings[0]?.justifiedBy, '法务老陈')
  await assert.rejects(justifyFinding(reviewer, { id, no: 9, text: '没有这条' }), code('reviews.findingUnknown'))
  await assert.rejects(decideReview(reviewer, { id, ...approve }), code('reviews.unjustified'))
  const review = await decideReview(reviewer, {
    id,
    ...approve,
    justifications: [{ no: 2, text: '名额见规则第 3 条' }],
  })
  assert.equal(review.state, 'approved')
})

test('where consumer protection has to speak, its opinion comes before the approval counts', async () => {
  const campaign = await submitForReview(writer, submission({ subjectKind: 'campaign' }))
  assert.equal((await readReview(world, { id: campaign })).opinionRequired, true)
  const given = submission({ opinionRequired: true })
  const id = await submitForReview(writer, given)
  const waiting = await decideReview(reviewer, { id, ...approve })
  assert.equal(waiting.state, 'opinion')
  assert.equal(await approvedReview(world, 'poster', given.subjectId, given.contentHash), undefined)
  await assert.rejects(giveOpinion(reviewer, { id, opinion: 'agree', text: '' }), code('platform.forbidden'))
  await assert.rejects(
    giveOpinion(guardian, { id, opinion: 'agreeWithAdvice', text: '' }),
    code('reviews.reasonMissing'),
  )
  const review = await giveOpinion(guardian, { id, opinion: 'agreeWithAdvice', text: '建议增加风险提示' })
  assert.equal(review.state, 'approved')
  assert.equal((await approvedReview(world, 'poster', given.subjectId, given.contentHash))?.approvedBy, '法务老陈')

  const other = await submitForReview(writer, submission({ opinionRequired: true }))
  const objected = await giveOpinion(guardian, { id: other, opinion: 'object', text: '适当性说明不足' })
  assert.equal(objected.state, 'returned')
  assert.equal(objected.reason, '适当性说明不足')
  // Spoken first, the opinion does not hold up the reviewer.
  const third = await submitForReview(writer, submission({ opinionRequired: true }))
  await giveOpinion(guardian, { id: third, opinion: 'agree', text: '' })
  assert.equal((await decideReview(reviewer, { id: third, ...approve })).state, 'approved')
})

test('returned and refused say why; the submitter alone withdraws; everybody may comment', async () => {
  const id = await submitForReview(writer, submission())
  await assert.rejects(decideReview(reviewer, { id, ...approve, decision: 'return' }), code('reviews.reasonMissing'))
  await commentReview(reviewer, { id, text: '请补充出处' })
  const review = await decideReview(reviewer, { id, ...approve, decision: 'return', note: '缺少年化利率' })
  assert.equal(review.state, 'returned')
  assert.deepEqual(
    review.steps.map(({ what }) => what),
    ['submitted', 'commented', 'returned'],
  )
  const second = await submitForReview(writer, submission())
  await assert.rejects(withdrawReview(reviewer, { id: second, text: '不要了' }), code('reviews.stateWrong'))
  assert.equal((await withdrawReview(writer, { id: second, text: '文案要改' })).state, 'withdrawn')
})

test('what was reviewed is kept word for word for three years and can be neither changed nor deleted', async () => {
  const given = submission({ material: { b: 1, a: '原文' } })
  const id = await submitForReview(writer, given)
  const review = await decideReview(reviewer, { id, ...approve })
  assert.equal(review.materialHash, hashOf('{"a":"原文","b":1}'))
  const years = (new Date(review.keptUntil).getTime() - world.now().getTime()) / (365.25 * 86_400_000)
  assert.ok(years > 2.99 && years < 3.01, String(years))
  const { materialHash } = review
  await assert.rejects(
    sql`delete from compliance.review_material where hash = ${materialHash}`.execute(world.pg),
    /kept until/,
  )
  await assert.rejects(
    sql`update compliance.review_material set body = '{}' where hash = ${materialHash}`.execute(world.pg),
    /does not change/,
  )
  await assert.rejects(
    sql`update compliance.review_material set kept_until = now() where hash = ${materialHash}`.execute(world.pg),
    /does not change/,
  )
  await assert.rejects(sql`truncate compliance.review_material cascade`.execute(world.pg), /kept until/)
  const file = JSON.parse(await reviewArchive(reviewer, { id })) as { material: unknown; materialHash: string }
  assert.equal(hashOf(canonicalJson(file.material as never)), file.materialHash)
})

test('the inbox holds what the reader can act on, not what he wrote; the register holds everything', async () => {
  const asked = ReviewQuery.parse({ waiting: 'me', limit: 200 })
  const id = await submitForReview(editor, submission({ subjectKind: 'campaign', title: '=1+1' }))
  const forReviewer = await listReviews(reviewer, asked)
  assert.ok(forReviewer.items.some((row) => row.id === id && row.mayDecide === null))
  assert.equal(forReviewer.waitingForMe, forReviewer.total)
  const forEditor = await listReviews(editor, asked)
  assert.ok(!forEditor.items.some((row) => row.id === id))
  const [row] = (await listReviews(editor, ReviewQuery.parse({ waiting: 'mine' }))).items
  assert.equal(row?.mayDecide, 'own')
  assert.equal((await listReviews(writer, asked)).total, 0)
  const register = await reviewRegister(reviewer)
  assert.ok(register.startsWith('\uFEFF'))
  assert.ok(register.includes("'=1+1"))
})

test('each step is in the audit trail', async () => {
  const { items } = await world.audit.list(world.pg, { limit: 500 })
  const actions = new Set(items.map(({ action }) => action))
  for (const action of ['submit', 'decide', 'opinion', 'justify', 'void', 'withdraw', 'revoke', 'comment'])
    assert.ok(actions.has(`review.${action}`), action)
})
