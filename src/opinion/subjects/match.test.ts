import assert from 'node:assert/strict'
import test from 'node:test'
import { compileRules, type RuleToCompile } from './compile.ts'
import { disguisesOf, isOnByDefault } from './disguises.ts'
import { parseExpression, wordsIn } from './grammar.ts'
import { type Matchable, matchSubjects } from './match.ts'

const aRule = (expression: string, more: Partial<RuleToCompile> = {}): RuleToCompile => ({
  id: 1,
  subjectId: 1,
  expression,
  blackWords: [],
  context: null,
  exceptions: [],
  signs: true,
  spaces: true,
  variants: [],
  ...more,
})
/** With every disguise that is on unless somebody says otherwise. */
const disguised = (expression: string, more: Partial<RuleToCompile> = {}) => {
  const parsed = parseExpression(expression)
  assert.ok(parsed.ok)
  return aRule(expression, { variants: wordsIn(parsed.branches).flatMap(disguisesOf).filter(isOnByDefault), ...more })
}
const matcherOf = (...rules: RuleToCompile[]) => compileRules({ version: 1, rules, filters: [] })
const aPost = (text: string, more: Partial<Matchable> = {}): Matchable => ({
  title: '',
  text,
  platform: 'weibo',
  sourceId: 1,
  ...more,
})
/** What of the text is highlighted, `undefined` when the rule does not apply. */
const found = (rule: RuleToCompile, text: string, more: Partial<Matchable> = {}) => {
  const [match] = matchSubjects(matcherOf(rule), aPost(text, more))
  return match && { words: match.spans.map(({ start, end }) => text.slice(start, end)), disguised: match.disguised }
}
const holds = (expression: string, text: string) => found(aRule(expression), text) !== undefined

test('words, musts, exclusions, groups, phrases', () => {
  assert.ok(holds('捷信 招联', '招联的客服'))
  assert.ok(holds('捷信 +(贷款|催收)', '捷信天天催收'))
  assert.ok(!holds('捷信 +(贷款|催收)', '捷信球迷会'))
  assert.ok(!holds('捷信 !足球', '捷信赞助足球赛'))
  assert.ok(holds('(捷信 !足球 | 招联 +利率)', '招联利率高，也看足球'))
  assert.ok(!holds('(捷信 !足球 | 招联 +利率)', '捷信看足球，招联没有说'))
  assert.ok(holds('"Home Credit"', '我在 home  credit 借过'))
  assert.ok(!holds('"信用飞"', '信*用*飞'))
  assert.ok(holds('（捷信｜招联）＋“逾期 费”', '捷信 的逾期 费'))
})

test('a Latin word is a word of its own; Chinese around it does not matter', () => {
  assert.ok(holds('xyf', '下载XYF借钱'))
  assert.ok(!holds('xyf', 'oxyfuel'))
  assert.ok(holds('360借条', '３６０借条'))
  assert.ok(!holds('360借条', '1360借条'))
})

test('NEAR counts the characters between; patterns run on plain text', () => {
  assert.ok(holds('捷信 NEAR/4 骚扰', '骚扰我的捷信'))
  assert.ok(!holds('捷信 NEAR/4 骚扰', '捷信打电话来不停骚扰'))
  assert.ok(holds('捷信 NEAR/10 (骚扰|轰炸)', '捷信天天電話轟炸'))
  assert.ok(holds('/利率[高达]*\\d{2}%/', '年利率高达３６%'))
  assert.ok(!holds('/利率[高达]*\\d{2}%/', '利率 7%'))
  assert.ok(holds('/逾期.{0,6}天/ +捷信', '捷信逾期才三天'))
})

test('signs, spaces, emoji, full-width and traditional characters between and in a name do not hide it', () => {
  const rule = aRule('信用飞')
  for (const [text, piece, hidden] of [
    ['我在信用飞借钱', '信用飞', false],
    ['信用飛坑人', '信用飛', false],
    ['信·用·飞', '信·用·飞', true],
    ['用了信 用 飞之后', '信 用 飞', true],
    ['信😀用👍🏽飞不要用', '信😀用👍🏽飞', true],
    ['信\u200b用\u200b飞', '信\u200b用\u200b飞', true],
  ] as const)
    assert.deepEqual(found(rule, text), { words: [piece], disguised: hidden }, text)
  assert.equal(found(rule, '讲信用，飞机准点'), undefined, 'a name does not go on behind the end of a phrase')
  assert.equal(found(aRule('信用飞', { signs: false }), '信·用·飞'), undefined)
})

test('generated disguises find the name; a word of the language does not', () => {
  const rule = disguised('信用飞')
  for (const text of [
    '信*飞',
    '信某飞',
    '信X飞',
    '芯用飞',
    'xinyongfei',
    'xin yong fei',
    'x用飞',
    '信用fei',
    '人言用飞',
  ])
    assert.ok(found(rule, `这个${text} 太坑了`)?.disguised, text)
  for (const text of ['信用非常好', '讲信用，飞起来', '我信飞机', '信用卡', 'xyf'])
    assert.equal(found(rule, text), undefined, text)
  assert.equal(found(rule, '信用飞就是信*飞')?.disguised, false, 'where the plain name stands too, nothing is hidden')
  assert.equal(found(disguised('信用飞 +贷款'), '信*飞 贷款')?.disguised, true)
})

test('initials say a name only beside a word of its context', () => {
  const rule = aRule('信用飞', {
    variants: disguisesOf('信用飞').filter(({ kind }) => kind === 'initials'),
    context: { words: ['贷款', '催收', '利息'], within: 10, only: 'risky' },
  })
  assert.ok(found(rule, 'XYF 的利息太高'))
  assert.equal(found(rule, 'xyf是谁'), undefined)
  assert.ok(found(rule, '信用飞是谁'), 'the name itself needs none')
  assert.equal(found(rule, 'xyf 这个人我认识很久了，从小一起长大，他说利息低'), undefined, 'too far away')
})

test('a company is told from a person by what stands around its name', () => {
  const rule = aRule('捷信', { context: { words: ['贷款', '分期', '还款'], within: 0, only: 'all' } })
  assert.ok(found(rule, '捷信的分期手续费'))
  assert.equal(found(rule, '王捷信今天得了冠军'), undefined)
})

test('black words and exceptions hold where they are said to', () => {
  const rule = aRule('捷信', {
    blackWords: ['招聘'],
    exceptions: [
      { platforms: ['zhihu'], sources: [], off: false, expression: null, blackWords: ['如何评价'] },
      { platforms: ['tieba'], sources: [], off: true, expression: null, blackWords: [] },
      { platforms: [], sources: [9], off: false, expression: '捷信 +投诉', blackWords: [] },
    ],
  })
  assert.ok(found(rule, '如何评价捷信'))
  assert.equal(found(rule, '捷信招聘客服'), undefined)
  assert.equal(found(rule, '如何评价捷信', { platform: 'zhihu' }), undefined)
  assert.equal(found(rule, '捷信', { platform: 'tieba' }), undefined)
  assert.equal(found(rule, '捷信', { sourceId: 9 }), undefined)
  assert.ok(found(rule, '投诉捷信', { sourceId: 9 }))
})

test('a global filter throws a post out for everybody; spans tell title from text; each subject once', () => {
  const matcher = compileRules({
    version: 3,
    rules: [aRule('捷信 捷信金融'), aRule('捷信 NEAR/2 app', { id: 2 }), aRule('利率', { id: 3, subjectId: 4 })],
    filters: [{ id: 1, expression: '彩票 +(开奖|中奖)', platforms: ['weibo'], sources: [] }],
  })
  assert.deepEqual(matchSubjects(matcher, aPost('再说捷信app', { title: '捷信金融利率' })), [
    {
      subjectId: 1,
      rule: 1,
      rules: [1, 2],
      spans: [
        { in: 'title', start: 0, end: 4 },
        { in: 'text', start: 2, end: 7 },
      ],
      disguised: false,
    },
    { subjectId: 4, rule: 3, rules: [3], spans: [{ in: 'title', start: 4, end: 6 }], disguised: false },
  ])
  assert.deepEqual(matchSubjects(matcher, aPost('捷信彩票中奖')), [])
  assert.equal(matchSubjects(matcher, aPost('捷信彩票中奖', { platform: 'zhihu' })).length, 1)
})

test('what is wrong with a rule is said with its place and what may have been meant', () => {
  for (const [expression, code, at, suggestion] of [
    ['', 'empty', 0, null],
    ['捷信 (a', 'wordShort', 4, '捷信 ("a"'],
    ['捷信 (贷款', 'groupOpen', 3, '捷信 (贷款)'],
    ['捷信)', 'closeAlone', 2, '捷信'],
    ['捷信 "贷款', 'quoteOpen', 3, '捷信 "贷款"'],
    ['/利率(\\d/', 'patternWrong', 0, null],
    ['/利率', 'patternOpen', 0, '/利率/'],
    ['!捷信', 'onlyExcluded', 0, null],
    ['捷信 +', 'signAlone', 3, '捷信 '],
    ['捷信 OR 招联', 'english', 3, '捷信 | 招联'],
    ['捷信 -足球', 'minus', 3, '捷信 !足球'],
    ['捷信 NEAR 贷款', 'nearWide', 3, '捷信 NEAR/10 贷款'],
    ['捷信 NEAR/5', 'nearAlone', 3, null],
    ['捷信 NEAR/5 (贷款 !足球)', 'nearOperand', 3, null],
    ['捷信 | ', 'groupEmpty', 3, null],
    ['捷', 'wordShort', 0, '"捷"'],
    ['/a*/', 'patternWrong', 0, null],
  ] as const) {
    const parsed = parseExpression(expression)
    assert.ok(!parsed.ok, expression)
    assert.deepEqual([parsed.error.code, parsed.error.at, parsed.error.suggestion], [code, at, suggestion], expression)
  }
})
