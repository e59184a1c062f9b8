import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'
import { hotp, stepAt } from '../../src/platform/auth/totp.ts'
import { aUser, openWindow, signedInWindow, startBrowser, testPassword } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })

/** What an authenticator shows now for a base 32 secret. */
const codeOf = (secret: string) => {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const bytes = (bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))
  return hotp(Uint8Array.from(bytes), stepAt(new Date()))
}

test('a one-time password opens nothing but the page to change it, then the console', async () => {
  const user = await aUser(app, 'lin.tao', 'marketer')
  const { page, faults } = await openWindow(app.url)
  await page.goto('/audiences')
  await page.getByLabel('用户名或邮箱').fill(user.login)
  await page.getByLabel('密码', { exact: true }).fill(user.password)
  await page.getByRole('button', { name: '登录' }).click()

  await page.getByText('您正在使用一次性密码').waitFor()
  assert.equal(await page.getByRole('navigation').getByRole('link').count(), 0)
  await page.getByLabel('当前密码').fill(user.password)
  await page.getByLabel('新密码', { exact: true }).fill('short')
  await page.getByRole('alert').getByText('至少 12 个字符').waitFor()
  await page.getByLabel('新密码', { exact: true }).fill(testPassword)
  await page.getByLabel('再次输入新密码').fill(testPassword)
  await page.getByRole('button', { name: '修改密码' }).click()
  await page.getByText('登录中的设备').waitFor()

  await page.getByRole('link', { name: '概览' }).click()
  await page.getByRole('heading', { name: '概览' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'API 密钥' }).count(), 0, 'a marketer does not see the keys')
  assert.deepEqual(faults, [])
})

test('a wrong password is told in Chinese, and after signing in one lands where one wanted to go', async () => {
  const { page, context } = await signedInWindow(app, ['admin'])
  await page.goto('/account')
  const login = (await page.locator('.page-subtitle').textContent())?.split(' · ')[1] ?? ''
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('heading', { name: '登录' }).waitFor()

  await page.goto('/system/doctor')
  await page.getByLabel('用户名或邮箱').fill(login)
  await page.getByLabel('密码', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByText('用户名、密码或验证码不正确。').waitFor()
  await page.getByLabel('密码', { exact: true }).fill(testPassword)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '系统体检' }).waitFor()
  await page.getByText('项检查全部通过').waitFor()

  await page.goto('/sign-in?next=//evil.example/')
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  assert.ok(page.url().startsWith(`${app.url}/`), 'a link never leads to another site')
  await context.close()
})

test('with a second factor, the password alone does not sign in', async () => {
  const { page, context } = await signedInWindow(app, ['admin'])
  await page.goto('/account')
  const login = (await page.locator('.page-subtitle').textContent())?.split(' · ')[1] ?? ''
  const panel = page.locator('.panel', { hasText: '双重验证' }).first()
  await panel.getByLabel('当前密码').fill(testPassword)
  await panel.getByRole('button', { name: '开始设置' }).click()
  const secret = (await panel.locator('.secret code').textContent()) ?? ''
  await panel.getByLabel('6 位验证码').fill(codeOf(secret))
  await panel.getByRole('button', { name: '启用双重验证' }).click()
  await panel.getByText('请立即保存这些备用码').waitFor()
  const [backup = ''] = ((await panel.locator('pre').textContent()) ?? '').split('\n')
  await panel.getByRole('button', { name: '已妥善保存' }).click()
  await panel.getByText('已启用').waitFor()

  await context.clearCookies()
  await page.goto('/')
  await page.getByLabel('用户名或邮箱').fill(login)
  await page.getByLabel('密码', { exact: true }).fill(testPassword)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByLabel('动态验证码').fill(backup)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '概览' }).waitFor()
})
