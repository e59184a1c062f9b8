// Lends its tables to compliance by being loaded.
import '#customers'
import type { Ctx } from '#platform'
import { NoticeContent } from '../../src/compliance/consent/contract.ts'
import { publishNotice, saveDraft } from '../../src/compliance/consent/notices.ts'

/** A notice with everything PIPL 17 wants told. */
export const aNoticeText = (other: Partial<NoticeContent> = {}): NoticeContent =>
  NoticeContent.parse({
    processor: '明月消费金融有限公司',
    contact: '客服 400-800-0000',
    purpose: '向您介绍适合您的贷款产品与优惠活动',
    manner: '通过您同意的渠道发送消息',
    kinds: ['手机号码', '产品使用情况'],
    retention: '至您撤回同意为止',
    rights: '回复 R、打开偏好中心或致电客服即可查询、更正、删除与撤回',
    ask: '我同意接收产品与优惠信息',
    ...other,
  })

/** Publishes a notice of marketing, so that consents which name `label` count. */
export const aNotice = async (ctx: Ctx, label = 'v1', key = 'marketing'): Promise<void> => {
  const { number } = await saveDraft(ctx, { key, label, content: aNoticeText({ ask: `我同意（${label}）` }) })
  await publishNotice(ctx, { key, number })
}
