/** What the made-up company told its customers before it asked: the versions that their consents name. */

const marketing = {
  processor: '明月消费金融有限公司',
  contact: '客服热线 400-000-0000；个人信息保护负责人 privacy@mingyue.example',
  purpose: '向您介绍我公司的消费贷款产品、优惠与活动',
  manner: '在您同意的渠道（短信、电子邮件、微信、电话）发送消息；按产品使用情况决定内容，您可随时关闭个性化推荐',
  kinds: ['手机号码', '电子邮箱', '微信标识', '产品使用情况'],
  sensitiveKinds: [],
  necessity: '',
  retention: '至您撤回同意为止；同意与撤回的凭证依法保存',
  rights: '短信回复 R、打开消息中的偏好中心链接或致电客服，即可查询、更正、删除与撤回同意，撤回不影响已享受的服务',
  recipients: [],
  ask: '我同意接收产品与优惠信息',
  validDays: null,
}

export const exampleNotices = [
  { label: 'v1', content: { ...marketing, rights: '短信回复 R 或致电客服，即可查询、更正、删除与撤回同意' } },
  { label: 'v2', content: marketing },
] as const
