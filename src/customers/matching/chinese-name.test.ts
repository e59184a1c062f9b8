import assert from 'node:assert/strict'
import test from 'node:test'
import { normaliseText } from '#platform'
import { type ChineseName, nameLikeness, nameScore, nameSyllables, readName as readPlain } from './chinese-name.ts'

const readName = (raw: string) => readPlain(normaliseText(raw))

const name = (text: string): ChineseName => {
  const read = readName(text)
  assert.ok(read, text)
  return read
}
const full = { support: { birthDate: true } }
const score = (a: string, b: string, options = {}) => nameScore(name(a), name(b), options)

test('surnames are read as surnames', () => {
  for (const [character, sound] of Object.entries({
    单: 'shan',
    仇: 'qiu',
    解: 'xie',
    查: 'zha',
    朴: 'piao',
    区: 'ou',
    盖: 'ge',
    乐: 'yue',
  }))
    assert.deepEqual(nameSyllables(`${character}明`), [sound, 'ming'], character)
  assert.deepEqual(nameSyllables('万俟卨'), ['mo', 'qi', 'xie'])
  assert.deepEqual(nameSyllables('长孙无忌').slice(0, 2), ['zhang', 'sun'])
  assert.deepEqual(nameSyllables('尉迟恭').slice(0, 2), ['yu', 'chi'])
})

test('characters, sound and both decide the score', () => {
  assert.equal(score('王小明', '王小明', full), 1)
  assert.equal(score('王小明', '王晓明', full), 0.92)
  assert.equal(score('张伟', '章玮', full), 0.8)
  assert.equal(nameLikeness(name('李静文'), name('李静雯')), 'oneCharacterSameSound')
  assert.equal(nameLikeness(name('陈俊杰'), name('陈俊洁')), 'oneCharacterSameSound')
  assert.equal(nameLikeness(name('张建伟'), name('张建文')), 'oneCharacter')
  assert.equal(score('张建伟', '张建文', full), 0.75)
  assert.ok(score('张建伟', '李国强', full) <= 0.6)
  assert.ok(score('王芳', '王芳芳', full) <= 0.6)
})

test('a name alone never proves a person', () => {
  assert.equal(score('张伟', '张伟'), 0.8)
  assert.ok(score('王小明', '王小明') <= 0.9)
  for (const support of [{ birthDate: true }, { idNumberEnd: true }, { genderAndProvince: true }])
    assert.ok(score('张伟', '张伟', { support }) > 0.9)
  assert.equal(score('张伟', '张伟', { ...full, frequent: true }), 0.9)
})

test('writing does not part people: full-width, traditional, separators, titles', () => {
  assert.equal(name('張　偉').text, '张伟')
  assert.equal(name('阿卜杜拉·买买提').text, '阿卜杜拉买买提')
  assert.equal(name('王小明先生').text, '王小明')
  assert.equal(readName('  '), undefined)
})

test('Latin spellings meet the characters: either order, Wade–Giles, Cantonese', () => {
  for (const [latin, characters] of [
    ['Zhang Wei', '张伟'],
    ['Wei Zhang', '张伟'],
    ['Xiaoming Wang', '王小明'],
    ['WANG Xiao-Ming', '王小明'],
    ["Chang Ch'ing", '张清'],
    ['Hsu Chih-hung', '徐志洪'],
    ['Chan Tai Man', '陈大文'],
    ['Wong Siu Ming', '黄晓明'],
    ['Cheung Kwok Wing', '张国荣'],
  ] as const)
    assert.equal(nameLikeness(name(latin), name(characters)), 'sameSound', `${latin} ${characters}`)
  assert.equal(nameLikeness(name('Li Na'), name('张伟')), 'other')
})

test('candidates are found by the surname and the first initial', () => {
  assert.equal(name('王小明').key, name('王晓民').key)
  assert.equal(name('欧阳修').key, 'ouyang x')
  assert.notEqual(name('王小明').key, name('汪大海').key)
})
