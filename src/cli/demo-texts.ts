import { wechatTemplate } from './demo-sandboxes.ts'

/** What the made-up company offers and says. Each is a request that its marketer could have sent from the console. */

const lender = '明月消费金融有限公司'
const licence = 'X0099H231000001'
const signature = '明月消费金融'
const hotline = '400-000-0000'

export const exampleOffer = {
  name: '明月e贷',
  content: {
    product: 'loan',
    description: '面向存量客户的循环借款，等额本息，按月归还',
    lender: {
      name: lender,
      type: 'consumerFinance',
      licence,
      address: '上海市虚构路 1 号',
      contact: `客服热线 ${hotline}`,
    },
    amount: { minFen: 100_000, maxFen: 5_000_000 },
    terms: [3, 6, 12, 24],
    repayment: 'equalInstalment',
    annualRate: 0.144,
    example: { amountFen: 1_200_000, instalments: 12 },
    overdue: { text: '逾期部分按年利率上浮 50% 计收罚息', collector: lender },
    misuse: { text: '挪用部分按年利率上浮 100% 计收罚息', collector: lender },
    prepayment: { text: '提前还款不收取违约金', collector: lender },
    risk: '借款应当用于个人消费，不得用于购房、投资等；请根据自身还款能力借款，逾期将影响征信。',
    afterSales: `对产品有疑问或投诉，请致电 ${hotline}，15 日内答复。`,
  },
} as const

const rate = '{{ offer.aprSimple | rate }}'
const sms = (text: string, code: string, optOut: string, variables: { name: string; value: string }[]) => ({
  channel: 'sms',
  signature,
  text,
  optOut,
  aliyun: { code, variables },
})
const out = '拒收请回复R'
const priced = [{ name: 'rate', value: rate }]

/** Codes by which the sandbox's people know what they got. */
export const smsCodes = {
  price: 'SMS_100001',
  hello: 'SMS_100002',
  abandoned: 'SMS_100003',
  due: 'SMS_100004',
} as const

interface Text {
  category: 'marketing' | 'service'
  name: string
  description: string
  content: object
}

const subscription = (reason: string) => ({
  channel: 'wechat',
  message: {
    kind: 'subscription',
    templateId: wechatTemplate,
    fields: [
      { key: 'thing1', value: `{{ offer.name }}${reason}` },
      { key: 'thing2', value: `年化利率（单利）${rate}` },
      { key: 'thing3', value: '{{ offer.lender }}' },
      { key: 'thing4', value: '许可证 {{ offer.licence }}' },
    ],
    page: 'pages/loan/index',
  },
})

const script = (opening: string) => ({
  channel: 'call',
  opening,
  blocks: [
    { title: '说明价格', text: `年化利率（单利）${rate}，按实际借款金额和天数计息，提前还款不收违约金。` },
    { title: '不需要时', text: '尊重客户意愿：登记“拒绝”，需要时登记不再来电。' },
  ],
  questions: [{ ask: '最近有没有资金安排上的问题需要我们说明？', answers: ['有，想了解', '暂时没有', '不方便'] }],
  never: ['保证审批通过', '承诺额度或放款时间'],
  closing: `感谢接听。如不希望再接到此类电话，可以直接告诉我，或致电 ${hotline}。`,
})

export const exampleTexts = {
  price: {
    category: 'marketing',
    name: '老客户提醒 A：价格在前',
    description: '实验 A：先说价格和提前还款',
    content: sms(
      `{{ offer.name }}年化利率（单利）${rate}，提前还款不收违约金。您的授信仍在有效期，详情见官方App。请理性借贷。`,
      smsCodes.price,
      out,
      priced,
    ),
  },
  hello: {
    category: 'marketing',
    name: '老客户提醒 B：问候在前',
    description: '实验 B：先问候，价格在后',
    content: sms(
      `好久不见，您在我司的授信仍在有效期。{{ offer.name }}年化利率（单利）${rate}，详情见官方App。请理性借贷。`,
      smsCodes.hello,
      out,
      priced,
    ),
  },
  dormantWechat: {
    category: 'marketing',
    name: '老客户提醒（公众号）',
    description: '不能发短信时',
    content: subscription('授信提醒'),
  },
  dormantMail: {
    category: 'marketing',
    name: '老客户提醒（邮件）',
    description: '短信和公众号都不能发时',
    content: {
      channel: 'email',
      fromName: signature,
      subject: `您在${signature}的授信仍在有效期`,
      preheader: `{{ offer.name }}年化利率（单利）${rate}`,
      body: {
        kind: 'blocks',
        blocks: [
          { kind: 'heading', text: '您的授信仍在有效期' },
          {
            kind: 'text',
            text: `{{ offer.name }}年化利率（单利）${rate}，可借 {{ offer.minAmountFen | yuan }} 至 {{ offer.maxAmountFen | yuan }} 元，提前还款不收违约金。是否借款、借多少，请按自己的还款能力决定。`,
          },
          {
            kind: 'facts',
            rows: [
              { label: '贷款机构', value: '{{ offer.lender }}' },
              { label: '许可证', value: '{{ offer.licence }}' },
            ],
          },
        ],
      },
      footer: `${lender} 上海市虚构路 1 号 客服热线 ${hotline}`,
    },
  },
  dormantCall: {
    category: 'marketing',
    name: '老客户回访话术',
    description: '由客服人工外呼',
    content: script(`您好，这里是${signature}客服。您之前使用过我们的服务，想花一分钟了解您的近况，现在方便吗？`),
  },
  abandoned: {
    category: 'marketing',
    name: '看过产品未申请（短信）',
    description: '半小时内看过三次贷款页而没有申请',
    content: sms(
      `您刚才了解的{{ offer.name }}：年化利率（单利）${rate}，提前还款不收违约金，费用明细见官方App。请理性借贷。`,
      smsCodes.abandoned,
      out,
      priced,
    ),
  },
  abandonedWechat: {
    category: 'marketing',
    name: '看过产品未申请（公众号）',
    description: '不能发短信时',
    content: subscription('费用说明'),
  },
  abandonedPush: {
    category: 'marketing',
    name: '看过产品未申请（推送）',
    description: '短信和公众号都不能发时',
    content: {
      channel: 'push',
      title: '{{ offer.name }}的费用说明',
      text: `年化利率（单利）${rate}，提前还款不收违约金。${signature}`,
      link: 'app://loan/detail',
    },
  },
  abandonedCall: {
    category: 'marketing',
    name: '看过产品未申请回访话术',
    description: '发出消息一天后仍没有动静',
    content: script(`您好，这里是${signature}客服。您昨天看过我们的产品说明，有没有不清楚的地方需要解释？`),
  },
  due: {
    category: 'service',
    name: '还款日提醒（短信）',
    description: '合同约定的还款日前三天',
    content: sms(
      '您的借款将于{{ customer.nextDueDate | date: "%m月%d日" }}还款，应还{{ customer.nextDueFen | yuan }}元，请保持还款账户余额充足。如已还款请忽略。客服400-000-0000',
      smsCodes.due,
      '',
      [
        { name: 'day', value: '{{ customer.nextDueDate | date: "%m月%d日" }}' },
        { name: 'amount', value: '{{ customer.nextDueFen | yuan }}' },
      ],
    ),
  },
  duePush: {
    category: 'service',
    name: '还款日提醒（推送）',
    description: '先推送，没有 App 的发短信',
    content: {
      channel: 'push',
      title: '还款日提醒',
      text: '您的借款将于{{ customer.nextDueDate | date: "%m月%d日" }}还款，应还{{ customer.nextDueFen | yuan }}元。',
      link: 'app://repay',
    },
  },
} as const satisfies Record<string, Text>
export type TextKey = keyof typeof exampleTexts
