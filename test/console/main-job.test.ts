import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { aCustomer, aSource, scratchDir, startTestApp } from '#test'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })

// Before anybody asks for the fields of the builder, which the server remembers for half a minute.
await aCustomer(app.ctx, { traits: { city: '杭州' }, events: [{ event: 'loan_viewed', properties: { amount: 9000 } }] })

/** 200 people in the shape of the public bank-marketing set: `;`, quotes, `unknown`, 999 for "never". */
const bankFile = () => {
  const marital = ['married', 'single', 'divorced', 'unknown']
  const education = ['university.degree', 'high.school', 'unknown']
  const rows = Array.from({ length: 200 }, (_, i) => ({
    age: 20 + (i % 45),
    marital: marital[i % 4] ?? '',
    education: education[i % 3] ?? '',
    loan: i % 5 === 0 ? 'yes' : 'no',
    pdays: i % 10 === 0 ? i : 999,
  }))
  const lines = rows.map((row) => `${row.age};"${row.marital}";"${row.education}";"${row.loan}";${row.pdays}`)
  const path = join(scratchDir('bank'), 'bank.csv')
  writeFileSync(path, ['"age";"marital";"education";"loan";"pdays"', ...lines].join('\r\n'))
  const wanted = rows.filter(
    ({ age, marital, education }) =>
      marital === 'married' && age >= 35 && age <= 50 && education === 'university.degree',
  )
  return { path, rows, wanted }
}

test('a file becomes customers, the customers an audience, the audience a list of people', async () => {
  const { path, rows, wanted } = bankFile()
  assert.ok(wanted.length > 0)
  const { page, faults } = await signedInWindow(app, ['marketer'])

  await page.goto('/imports')
  await page.getByText('还没有导入').waitFor()
  await page.getByRole('button', { name: '新建导入' }).click()
  await page.locator('input[type=file]').setInputFiles(path)

  // The mapping is proposed, and what it will store is shown before anything is stored.
  await page.getByText('999 可能表示缺失').waitFor()
  await page.getByRole('button', { name: '视为缺失' }).click()
  await page.getByText('已视为缺失').waitFor()
  const preview = page.getByRole('table', { name: '预览' })
  await preview.getByRole('columnheader', { name: '婚姻状况' }).waitFor()
  await preview.getByText('999', { exact: true }).first().waitFor({ state: 'detached' })
  assert.ok(!(await preview.textContent())?.includes('unknown'), '"unknown" means there is none')
  await page.getByLabel('保存映射为').fill('银行营销')
  await page.getByRole('button', { name: '开始导入' }).click()

  await page.getByText('导入完成').waitFor()
  const balance = (await page.getByText('导入完成').textContent()) ?? ''
  const [read = 0, accepted = 0, merged = 0, rejected = 0] = [...balance.matchAll(/[\d,]+/g)].map(([text]) =>
    Number(text.replace(',', '')),
  )
  assert.equal(read, rows.length)
  assert.equal(read, accepted + merged + rejected)

  await page.getByRole('link', { name: '导入' }).first().click()
  await page.getByRole('tab', { name: '已存映射' }).click()
  await page.getByText('银行营销').waitFor()

  await page.getByRole('link', { name: '人群' }).first().click()
  await page.getByRole('button', { name: '新建人群' }).first().click()
  await page.getByLabel('名称', { exact: true }).fill('已婚中年本科')
  const conditions = page.locator('.b-add').last()
  await conditions.getByRole('button', { name: '属性' }).click()
  await choose(page, '选择属性', '婚姻状况', { typed: 'marital' })
  await choose(page, '值', 'married')
  await conditions.getByRole('button', { name: '属性' }).click()
  await choose(page, '选择属性', '年龄', { nth: 1, typed: 'age' })
  await choose(page, '比较方式', '介于', { nth: 1 })
  await page.getByLabel('从', { exact: true }).fill('35')
  await page.getByLabel('到', { exact: true }).fill('50')
  await conditions.getByRole('button', { name: '属性' }).click()
  await choose(page, '选择属性', '学历', { nth: 2, typed: 'education' })
  await choose(page, '值', 'university.degree', { nth: 1 })

  await page.getByText('婚姻状况是“married”，且年龄在 35 到 50 之间，且学历是“university.degree”的客户。').waitFor()
  await page
    .locator('.estimate-size:not(.estimate-old)')
    .getByText(new RegExp(`^${wanted.length} `))
    .waitFor()
  await page.getByRole('button', { name: '保存' }).click()

  await page.getByRole('heading', { name: '已婚中年本科' }).waitFor()
  // Saved is computed: nobody has to ask for it.
  const members = page.getByRole('table', { name: '客户' })
  await members.waitFor()
  assert.equal(await members.locator('tbody tr').count(), Math.min(25, wanted.length))

  await page.getByRole('button', { name: '导出' }).click()
  await page.getByRole('dialog').getByText('JSONL').click()
  await page.getByRole('dialog').getByLabel('用途').fill('中年客户回访')
  await page.getByRole('button', { name: '开始导出' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载文件' }).click(),
  ])
  const exported = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  assert.equal(exported.length, wanted.length)
  await page.keyboard.press('Escape')

  await members.getByRole('link').first().click()
  await page.getByRole('heading', { name: '时间线' }).waitFor()
  assert.deepEqual(faults, [])
})

test('an audience is rearranged, duplicated and negated from the keyboard, and read aloud accordingly', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'])
  await page.goto('/audiences/new')
  await page.locator('.b-add').getByRole('button', { name: '行为' }).click()
  await choose(page, '选择行为', '浏览贷款', { typed: 'loan' })
  await choose(page, '衡量方式', '次数')
  await page.getByText('最近 30 天内做过“浏览贷款”的次数不小于 2的客户').waitFor()
  await page.getByRole('button', { name: '字段条件' }).click()
  await choose(page, '事件字段', 'amount')
  await choose(page, '比较方式', '不小于', { nth: 1 })
  await page.getByRole('spinbutton', { name: '值' }).nth(1).fill('5000')
  await page.getByText('浏览贷款（amount不小于 5,000）').waitFor()

  const more = page.getByRole('button', { name: '更多操作' })
  const menu = async (item: string, nth = 0) => {
    await more.nth(nth).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: item }).click()
  }
  await menu('复制一份')
  assert.equal(await page.locator('.b-leaf').count(), 2)
  await menu('放入新的条件组', 1)
  assert.equal(await page.locator('.b-inner').count(), 1)
  await menu('移出本组', 2)
  assert.equal(await page.locator('.b-inner .b-leaf').count(), 0)
  await page.locator('.b-inner').getByRole('button', { name: '删除', exact: true }).click()
  await menu('改为排除', 1)
  await page.getByText('且并非“最近 30 天内').waitFor()

  // The same definition as JSON, edited there, comes back as a form.
  await page.getByRole('tab', { name: 'JSON' }).click()
  await page
    .getByRole('textbox', { name: 'JSON' })
    .fill('{"any":[{"trait":"city","is":"杭州"},{"event":"repaid","did":false}]}')
  await page.getByRole('tab', { name: '条件' }).click()
  await page.getByText('city是“杭州”，或没有做过“还款”').or(page.getByText('城市是“杭州”，或没有做过“还款”')).waitFor()
  assert.deepEqual(faults, [])
})

test('messages of a source appear within moments, with what became of them', async () => {
  const { page, faults } = await signedInWindow(app, ['admin'])
  await page.goto('/sources')
  await page.getByRole('button', { name: '新建数据源' }).first().click()
  await page.getByLabel('名称').fill('官网')
  await page.getByRole('dialog').getByRole('button', { name: '新建数据源' }).click()
  const writeKey = (await page.locator('.secret code').textContent()) ?? ''
  await page.getByRole('tab', { name: '@segment/analytics-node' }).click()
  assert.ok(
    (await page.getByRole('dialog').locator('pre').textContent())?.includes(
      `writeKey: '${writeKey}', host: '${app.url}'`,
    ),
  )
  await page.getByRole('button', { name: '查看实时消息' }).click()
  await page.getByText('还没有消息').waitFor()

  await app.send(writeKey, '/v1/track', {
    userId: 'u-77',
    event: 'loan_applied',
    messageId: 'm-1',
    properties: { amount: 1 },
  })
  const live = page.getByRole('list', { name: '实时消息' })
  await live.getByText('申请贷款').waitFor()
  await live.getByText('m-1').waitFor()
  await app.send(writeKey, '/v1/identify', { userId: 'u-77', traits: { phone: 'not a phone' } })
  await live.getByText('标识格式不正确，未采用').waitFor()

  await page.goto('/')
  await page.getByRole('link', { name: '官网' }).waitFor()
  assert.deepEqual(faults, [])
})

test('personal data are shown in clear only for a purpose, which the audit trail keeps', async () => {
  const source = await aSource(app.ctx)
  await app.send(source.writeKey, '/v1/identify', {
    userId: 'u-clear',
    traits: { name: '王小明', phone: '13912345678' },
  })
  const { page } = await signedInWindow(app, ['service', 'auditor'])
  await page.goto('/customers')
  await page.keyboard.press('/')
  await page.keyboard.type('13912345678')
  await page
    .getByRole('link', { name: '王**' })
    .or(page.getByRole('link', { name: '王*' }))
    .first()
    .click()
  await page.getByText('139****5678').waitFor()
  assert.ok(!page.url().includes('139'), 'a phone number never stands in the address')

  await page.getByRole('button', { name: '查看明文' }).click()
  const dialog = page.getByRole('dialog')
  assert.ok(await dialog.getByRole('button', { name: /^查\s?看$/ }).isDisabled())
  await dialog.getByRole('textbox').fill('核实客户身份，工单 4711')
  await dialog.getByRole('button', { name: /^查\s?看$/ }).click()
  await page.getByText('13912345678').waitFor()
  await page.getByRole('heading', { name: '王小明' }).waitFor()
  await page.getByRole('button', { name: '恢复脱敏' }).click()
  await page.getByText('139****5678').waitFor()

  await page.getByRole('link', { name: '审计记录' }).click()
  await page.getByText('查看个人信息明文').first().waitFor()
  await page.getByText('核实客户身份，工单 4711').waitFor()
  await page.getByRole('button', { name: '校验完整性' }).click()
  await page.getByText('首尾相连，未被改动').waitFor()
})
