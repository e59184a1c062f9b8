import type { Refusal, RefusalGroup } from '../../../src/campaigns/channels-contract.ts'

/** What this area says; joined with the rest in `../i18n/zh.ts` and `../i18n/en.ts`. Other pages use `codes` too. */

/** A reason in words: its short name, one plain sentence, where it comes from, and what would have to change. */
export interface ReasonWords {
  name: string
  why: string
  source: string
  remedy: string
}

type Values = Readonly<Record<string, unknown>>
const number = (values: Values, name: string): number | undefined => {
  const value = values[name]
  return typeof value === 'number' ? value : undefined
}
const text = (values: Values, name: string): string | undefined => {
  const value = values[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
const percent = (value: number | undefined) => (value === undefined ? '—' : `${Math.round(value * 1000) / 10}%`)
const yuan = (fen: number | undefined) => (fen === undefined ? '—' : String(Math.round(fen) / 100))

const codesZh: Readonly<Record<Refusal, ReasonWords>> = {
  CAMPAIGN_STOPPED: {
    name: '活动已停止',
    why: '活动在发送前已经停止，未发出的触达一并取消。',
    source: '内部规则',
    remedy: '重新上线活动后，从新的进入开始。',
  },
  NOT_APPROVED: {
    name: '版本未经批准',
    why: '没有找到经过审核并上线的版本。',
    source: '内部规则：审核与内容哈希绑定（令2022年第9号 消费者权益保护审查）',
    remedy: '提交审核并上线后再发送。',
  },
  ALREADY_SENT: {
    name: '已经发过',
    why: '同一步骤同一次进入只发送一次。',
    source: '内部规则：同一次进入同一步骤只触达一次',
    remedy: '无需处理。',
  },
  CUSTOMER_ERASED: {
    name: '客户已删除',
    why: '客户的个人信息已被删除，不得再处理。',
    source: '个人信息保护法第四十七条',
    remedy: '不可恢复。',
  },
  NO_CONSENT: {
    name: '没有授权',
    why: '客户没有同意通过这个渠道接收营销信息；沉默视为拒绝。',
    source: '通信短信息服务管理规定；个人信息保护法第十三、十四条；消费者权益保护法第二十九条',
    remedy: '由客户本人在偏好中心、柜台或热线主动同意后，才能再次触达。',
  },
  CONSENT_WITHDRAWN: {
    name: '授权已撤回',
    why: '客户撤回了对这个渠道的营销授权，撤回之后的消息一律不发，包括已排队的。',
    source: '个人信息保护法第十五条；消费者权益保护法第二十九条',
    remedy: '只有客户本人重新同意。不得反复劝说。',
  },
  CONSENT_EXPIRED: {
    name: '授权已到期',
    why: '客户的授权超过了告知书写明的有效期。',
    source: '个人信息保护法第十四、十九条',
    remedy: '在允许征询的时间重新征得同意。',
  },
  NOTICE_CHANGED: {
    name: '告知书已更换',
    why: '客户同意的是旧版告知书，处理目的、方式或信息种类变化后需要重新同意。',
    source: '个人信息保护法第十四条第二款',
    remedy: '向客户展示新版告知书并重新征得同意；若只是版本名称不同，由合规人员登记对应关系。',
  },
  DO_NOT_CONTACT: {
    name: '禁止联系名单',
    why: '客户的号码或邮箱在禁止联系名单上，对所有品牌和目的都有效。',
    source: '通信短信息服务管理规定；网络交易监督管理办法第十六条',
    remedy: '由客户本人申请、两人复核后移出名单。',
  },
  MINOR: {
    name: '未成年人',
    why: '不得以自动化决策方式向未成年人进行商业营销。',
    source: '未成年人网络保护条例第二十四条；个人信息保护法第三十一条',
    remedy: '年满十八周岁后自动解除。',
  },
  AGE_UNKNOWN: {
    name: '年龄未知',
    why: '这类产品需要先确认客户已经成年。',
    source: '未成年人网络保护条例第二十四条',
    remedy: '补充出生日期或核验身份证件。',
  },
  STUDENT: {
    name: '在校学生',
    why: '不得针对大学生营销消费贷款。',
    source: '关于进一步规范大学生互联网消费贷款监督管理工作的通知（2021）',
    remedy: '客户证明已不是在校学生后，由客服登记。',
  },
  DECEASED: {
    name: '已去世',
    why: '客户已登记为去世，所有触达停止。',
    source: '内部规则；民法典第九百九十四条',
    remedy: '登记有误时由两人核实后更正。',
  },
  IN_COLLECTION: {
    name: '催收中',
    why: '客户处于逾期催收，不再推介产品。',
    source: '消费金融公司管理办法（令2024年第4号）；GB/T 45251-2025',
    remedy: '结清并解除催收状态后。',
  },
  HARDSHIP: {
    name: '困难帮扶中',
    why: '客户正在协商还款或困难帮扶，不再推介产品。',
    source: '银行保险机构消费者权益保护管理办法（令2022年第9号）；内部规则',
    remedy: '帮扶结束后。',
  },
  OPEN_COMPLAINT: {
    name: '投诉处理中',
    why: '客户有尚未办结的投诉，办结前不推介产品。',
    source: '银行保险机构消费者权益保护管理办法（令2022年第9号）；内部规则',
    remedy: '投诉办结后自动解除。',
  },
  SELF_EXCLUDED: {
    name: '自我排除',
    why: '客户要求不再接收任何营销。',
    source: '消费者权益保护法第二十九条；个人信息保护法第十五条',
    remedy: '由客户本人取消。',
  },
  RISK_WARNING: {
    name: '风险预警',
    why: '客户处于风险预警层级，不作贷款营销，只提供帮助内容。',
    source: '算法推荐管理规定第八条（不得诱导过度消费）；内部规则',
    remedy: '风险层级恢复后。',
  },
  NON_PERSONALISED: {
    name: '已关闭个性化',
    why: '客户选择了不按个人特征推荐，个性化活动不触达他。',
    source: '个人信息保护法第二十四条第二款',
    remedy: '改用“非个性化”的活动，所有人收到相同内容；或由客户重新打开个性化。',
  },
  HOLDOUT_GLOBAL: {
    name: '全局留存对照',
    why: '客户被随机分在全局对照组，线上线下都不触达，用来衡量营销的真实效果。',
    source: '内部规则：触达限制 · 全局留存对照',
    remedy: '更换对照批次后重新分组。',
  },
  HOLDOUT_CAMPAIGN: {
    name: '本活动留存对照',
    why: '客户被随机分在本活动的对照组，用来衡量这次活动的效果。',
    source: '内部规则：活动设置 · 留存对照',
    remedy: '本活动结束前不变。',
  },
  NOT_ELIGIBLE: {
    name: '不符合方案条件',
    why: '客户不符合产品方案的准入条件。',
    source: '产品方案的准入条件；适当性要求（令2022年第9号）',
    remedy: '条件满足后，或改用适合他的方案。',
  },
  LIMIT_EXCEEDED: {
    name: '超出单户上限',
    why: '已授信加上本次方案超过单户上限。',
    source: '消费金融公司管理办法（令2024年第4号）：单户不超过 20 万元',
    remedy: '客户还款、额度下降后，或提供更小的方案。',
  },
  DEBT_BURDEN: {
    name: '负债收入比过高',
    why: '客户每月还款占收入的比例超过上限，再推介会加重负担。',
    source: '触达限制 · 适当性（参照 2004 年房贷风险管理指引 55%）；算法推荐管理规定第八条',
    remedy: '负债下降或收入证明更新后。',
  },
  EXPOSURE: {
    name: '信用敞口过高',
    why: '客户全部无担保授信与月收入之比超过上限。',
    source: '触达限制 · 适当性（内部政策）',
    remedy: '其他机构授信下降后。',
  },
  TOO_MANY_LENDERS: {
    name: '多头借贷',
    why: '客户同时在多家机构借款或近期被频繁查询。',
    source: '触达限制 · 适当性（内部政策）',
    remedy: '在贷机构或查询次数下降后。',
  },
  FACTS_MISSING: {
    name: '适当性信息不足',
    why: '缺少判断适当性所需的信息，设置为“缺少时拦截”。',
    source: '触达限制 · 适当性',
    remedy: '补充相应属性，或由合规调整设置。',
  },
  OTHER_CAMPAIGN: {
    name: '让位于其他活动',
    why: '同一时间只有一个营销活动与客户沟通，优先级更高（或更早）的活动占用了这段时间。',
    source: '触达限制 · 活动冲突（内部规则）',
    remedy: '过了间隔时间，或提高本活动的优先级。',
  },
  FREQUENCY_GLOBAL: {
    name: '总频次已满',
    why: '客户在规定时间内收到的营销触达已达上限，所有活动合并计算。',
    source: '触达限制 · 频次（良好实践）',
    remedy: '时间窗口过去后自动恢复。',
  },
  FREQUENCY_CHANNEL: {
    name: '渠道频次已满',
    why: '客户在这个渠道收到的触达已达上限，所有活动合并计算。',
    source: '触达限制 · 频次（营销短信 24 小时 1 条、30 天 4 条；外呼依 GB/T 45251-2025）',
    remedy: '时间窗口过去后自动恢复，或换用其他渠道。',
  },
  FREQUENCY_CATEGORY: {
    name: '类别频次已满',
    why: '客户收到的这类产品或目的的触达已达上限。',
    source: '触达限制 · 频次',
    remedy: '时间窗口过去后自动恢复。',
  },
  TOO_LATE: {
    name: '超过有效时间',
    why: '在允许触达的时段到来之前，消息已经过期。',
    source: '触达限制 · 时段（默认 09:00–20:00，收件人所在时区）',
    remedy: '延长步骤的有效期，或调整允许时段。',
  },
  BUDGET_MONEY: {
    name: '费用预算用完',
    why: '活动的触达费用已达预算。',
    source: '活动设置 · 预算',
    remedy: '修改预算并重新审核。',
  },
  BUDGET_SENDS: {
    name: '数量预算用完',
    why: '活动的触达数量已达预算。',
    source: '活动设置 · 预算',
    remedy: '修改预算并重新审核。',
  },
  NO_ADDRESS: {
    name: '没有联系方式',
    why: '客户没有这个渠道可用的号码、邮箱或账号。',
    source: '—',
    remedy: '补充联系方式，或在步骤里加入其他渠道。',
  },
  VALUE_MISSING: {
    name: '内容缺少变量',
    why: '素材要求的变量对这位客户没有值，为避免发出残缺的内容而未发送。',
    source: '内部规则',
    remedy: '补充属性，或在素材里写明缺省值。',
  },
  CHANNEL_OFF: {
    name: '渠道不可用',
    why: '渠道没有可用的服务商账户。',
    source: '—',
    remedy: '请管理员启用渠道。',
  },
}

const groupsZh: Readonly<Record<RefusalGroup, string>> = {
  campaign: '活动状态',
  consent: '授权与禁止联系',
  exclusion: '排除名单',
  personalisation: '个性化开关',
  holdout: '留存对照',
  suitability: '适当性',
  conflict: '活动冲突',
  frequency: '频次',
  hours: '时段与节假日',
  budget: '预算',
  delivery: '联系方式与渠道',
}

const unitsZh: Readonly<Record<string, string>> = {
  minutes: '分钟',
  hours: '小时',
  days: '天',
  calendarDays: '个自然日',
}
const factsZh: Readonly<Record<string, string>> = {
  age: '年龄',
  tier: '客户分层',
  income: '收入',
  grantedFen: '已授信额度',
  debtBurden: '负债收入比',
  exposure: '敞口与月收入之比',
  lenders: '在贷机构数',
  enquiries6m: '近六个月查询次数',
}

/** What exactly it was measured by. Empty when there is nothing to add. */
const measuredZh = (code: Refusal, values: Values): string => {
  const limit = number(values, 'limit')
  const value = number(values, 'value')
  const fact = text(values, 'fact')
  switch (code) {
    case 'FREQUENCY_GLOBAL':
    case 'FREQUENCY_CHANNEL':
    case 'FREQUENCY_CATEGORY':
      return `规则“${text(values, 'rule') ?? ''}”：${text(values, 'amount') ?? ''} ${unitsZh[text(values, 'unit') ?? ''] ?? ''}内不超过 ${text(values, 'max') ?? ''} 次`
    case 'OTHER_CAMPAIGN':
      return `活动 #${text(values, 'campaign') ?? ''}${values['hours'] === undefined ? '' : `，间隔 ${text(values, 'hours')} 小时`}`
    case 'LIMIT_EXCEEDED':
      return `合计 ${yuan(value)} 元，上限 ${yuan(limit)} 元`
    case 'DEBT_BURDEN':
      return `${percent(value)}，上限 ${percent(limit)}`
    case 'EXPOSURE':
      return `${value ?? '—'} 倍，上限 ${limit ?? '—'} 倍`
    case 'TOO_MANY_LENDERS':
      return `${factsZh[fact ?? ''] ?? ''} ${value ?? '—'}，上限 ${limit ?? '—'}`
    case 'NOT_ELIGIBLE':
    case 'FACTS_MISSING':
      return fact === undefined
        ? ''
        : `${factsZh[fact] ?? fact}${value === undefined ? '' : ` ${value}`}${limit === undefined ? '' : `，要求 ${limit}`}`
    case 'BUDGET_MONEY':
      return `预算 ${yuan(limit)} 元`
    case 'BUDGET_SENDS':
      return `预算 ${limit ?? '—'} 次`
    default:
      return ''
  }
}

export const zh = {
  words: {
    codes: codesZh,
    groups: groupsZh,
    measured: measuredZh,
    /** 排除或适当性的具体原因，读者无权查看。 */
    hidden: '原因受限',
    hiddenHint: '具体原因涉及敏感信息，只对风控、合规与客服开放。',
    source: '依据',
    remedy: '如何解除',
    panel: '触达与拦截',
    noSends: '还没有触达',
    noSendsHint: '营销活动每次想触达这位客户，结果都会记在这里：发出了，或为什么没有发。',
    onlyRefused: '只看拦截',
    allSends: '全部',
    all: '查看全部',
    why: '为什么没收到？',
    whyHint: '选择一个活动，查看这位客户在其中的经过，以及此刻能否触达。',
    chooseCampaign: '搜索活动',
    noCampaigns: '没有符合的活动',
    states: {
      planned: '待发送',
      refused: '已拦截',
      queued: '发送中',
      sent: '已发送',
      delivered: '已送达',
      failed: '失败',
      unknown: '待核实',
    },
    channels: {
      sms: '短信',
      email: '邮件',
      wechat: '微信',
      wecom: '企业微信',
      push: 'App 推送',
      call: '外呼',
      branch: '网点',
      inApp: '应用内',
      webhook: 'Webhook',
    },
    notBefore: (at: string) => `${at} 之后发送`,
    entriesTitle: '经过',
    notEntered: '没有进入这个活动',
    entered: (at: string, n: number) => `${at} 第 ${n} 次进入`,
    entryStates: {
      active: '进行中',
      finished: '走完',
      exited: '离开',
      converted: '达成目标',
      stopped: '随活动停止',
      failed: '出错',
    } as Readonly<Record<string, string>>,
    at: (step: string) => `在步骤“${step}”`,
    inAudience: (name: string) => `现在在“${name}”里`,
    notInAudience: (name: string) => `现在不在“${name}”里，所以不会进入`,
    heldGlobal: '在全局留存对照组里',
    heldCampaign: '在本活动的留存对照组里',
    triggerOther: '由事件、日期或接口触发，满足条件时进入',
    notPublished: '活动还没有上线',
    erased: '客户的个人信息已删除',
    sendsTitle: '触达记录',
    noCampaignSends: '这个活动还没有对他作出过触达判断',
    nowTitle: '此刻会怎样？',
    nowHint: '按当前的授权、名单与限制逐项检查，只查看，不会发送。',
    noSteps: '上线版本里没有触达步骤',
    wouldPass: (channel: string) => `可以触达（${channel}）`,
    wouldWait: (channel: string, at: string) => `可以触达（${channel}），${at} 之后发送`,
    wouldRefuse: '会被拦截',
    passed: '通过',
    stopped: '拦截',
    notCounted: '前面已拦截，仅供参考',
    back: '返回',
    close: '收起',
    report: '拦截分析',
    reportHint: '每一次想触达而没有触达，都有原因。',
    decided: '判断',
    passedCount: '放行',
    refusedCount: '拦截',
    share: '占比',
    reason: '原因',
    step: '步骤',
    people: '查看客户',
    peopleTitle: (reason: string) => `因“${reason}”被拦截的客户`,
    noPeople: '没有可以显示的客户',
    byReason: '按原因',
    byStep: '按步骤',
    byDay: '按日',
    allSteps: '全部步骤',
    noVerdicts: '还没有判断记录',
    noVerdictsHint: '活动上线并有客户走到触达步骤后，这里按原因、步骤与日期统计。',
    download: '导出 CSV',
    pickCampaign: '选择活动',
    pickCampaignHint: '选择一个活动，查看它的拦截原因。',
    day: '日期',
  },
  problems: {
    'gate.hidden': '具体是哪一种排除或不适当，只对可以查看排除名单的人开放',
    'gate.customerUnknown': '没有这个客户',
  },
}

const codesEn: Readonly<Record<Refusal, ReasonWords>> = {
  CAMPAIGN_STOPPED: {
    name: 'Campaign stopped',
    why: 'The campaign was stopped before this was sent; what had not left was cancelled.',
    source: 'House rule',
    remedy: 'Publish again; new entries count.',
  },
  NOT_APPROVED: {
    name: 'Not approved',
    why: 'There is no version that was reviewed and published.',
    source: 'House rule: an approval is bound to the content hash (Order 9 of 2022, consumer-protection review)',
    remedy: 'Have it reviewed and publish it.',
  },
  ALREADY_SENT: {
    name: 'Sent already',
    why: 'One send per step and visit.',
    source: 'House rule: one send per step and visit',
    remedy: 'Nothing to do.',
  },
  CUSTOMER_ERASED: {
    name: 'Customer erased',
    why: 'Personal data were erased and may not be processed any more.',
    source: 'PIPL art. 47',
    remedy: 'Cannot be undone.',
  },
  NO_CONSENT: {
    name: 'No consent',
    why: 'The customer never agreed to marketing on this channel; silence is a refusal.',
    source: 'SMS service rules; PIPL arts. 13, 14; Consumer Protection Law art. 29',
    remedy: 'Only the customer can agree, in the preference centre, at the counter or by phone.',
  },
  CONSENT_WITHDRAWN: {
    name: 'Consent withdrawn',
    why: 'The customer withdrew consent for this channel; nothing leaves after that, queued messages included.',
    source: 'PIPL art. 15; Consumer Protection Law art. 29',
    remedy: 'Only the customer can agree again. Do not press.',
  },
  CONSENT_EXPIRED: {
    name: 'Consent expired',
    why: 'The consent is older than the notice said it would last.',
    source: 'PIPL arts. 14, 19',
    remedy: 'Ask again when asking is allowed.',
  },
  NOTICE_CHANGED: {
    name: 'Notice replaced',
    why: 'He agreed to an older notice; purpose, manner or kinds of data changed, so he has to be asked anew.',
    source: 'PIPL art. 14 (2)',
    remedy: 'Show the new notice and ask; where only the name differs, compliance maps the version.',
  },
  DO_NOT_CONTACT: {
    name: 'Do not contact',
    why: 'His number or mailbox is on the do-not-contact list, for all brands and purposes.',
    source: 'SMS service rules; online trading rules art. 16',
    remedy: 'On his request, two persons take it off the list.',
  },
  MINOR: {
    name: 'Minor',
    why: 'No commercial marketing to minors by automated decision.',
    source: 'Regulations on minors online art. 24; PIPL art. 31',
    remedy: 'Ends by itself at eighteen.',
  },
  AGE_UNKNOWN: {
    name: 'Age unknown',
    why: 'For this product it must be certain that he is of age.',
    source: 'Regulations on minors online art. 24',
    remedy: 'Add the date of birth or check his ID.',
  },
  STUDENT: {
    name: 'Student',
    why: 'Consumer loans may not be marketed to students.',
    source: 'Notice on internet consumer loans to students (2021)',
    remedy: 'When he shows that he is no student any more.',
  },
  DECEASED: {
    name: 'Deceased',
    why: 'The customer is registered as deceased; everything stops.',
    source: 'House rule; Civil Code art. 994',
    remedy: 'If wrong, two persons correct it.',
  },
  IN_COLLECTION: {
    name: 'In collection',
    why: 'A debt of his is being collected; nothing is promoted to him.',
    source: 'Order 4 of 2024 on consumer finance companies; GB/T 45251-2025',
    remedy: 'When it is settled.',
  },
  HARDSHIP: {
    name: 'Hardship',
    why: 'A repayment arrangement is going on; nothing is promoted to him.',
    source: 'Order 9 of 2022 on consumer protection; house rule',
    remedy: 'When the arrangement ends.',
  },
  OPEN_COMPLAINT: {
    name: 'Open complaint',
    why: 'A complaint of his is not closed; nothing is promoted to him until it is.',
    source: 'Order 9 of 2022 on consumer protection; house rule',
    remedy: 'Ends by itself when the complaint is closed.',
  },
  SELF_EXCLUDED: {
    name: 'Self-excluded',
    why: 'He asked for no marketing at all.',
    source: 'Consumer Protection Law art. 29; PIPL art. 15',
    remedy: 'Only he can take that back.',
  },
  RISK_WARNING: {
    name: 'Risk warning',
    why: 'He is in the warning tier: no loan marketing, help only.',
    source: 'Algorithm rules art. 8 (no inducing over-consumption); house rule',
    remedy: 'When his tier recovers.',
  },
  NON_PERSONALISED: {
    name: 'Personalisation off',
    why: 'He declined to be chosen by his profile, so a personalised campaign passes him by.',
    source: 'PIPL art. 24 (2)',
    remedy: 'A campaign that is not personalised gives everybody the same; or he switches it on again.',
  },
  HOLDOUT_GLOBAL: {
    name: 'Global holdout',
    why: 'Drawn into the group that is left alone online and offline, to measure what marketing brings.',
    source: 'House rule: sending limits, global holdout',
    remedy: 'A new draw puts people anew.',
  },
  HOLDOUT_CAMPAIGN: {
    name: 'Holdout of this campaign',
    why: 'Drawn into the group that this campaign leaves alone, to measure its effect.',
    source: 'House rule: campaign settings, holdout',
    remedy: 'Stays until the campaign ends.',
  },
  NOT_ELIGIBLE: {
    name: 'Not eligible',
    why: 'He does not meet the conditions of the offer.',
    source: 'Eligibility of the offer; suitability (Order 9 of 2022)',
    remedy: 'When he does, or with an offer that suits him.',
  },
  LIMIT_EXCEEDED: {
    name: 'Above the limit per person',
    why: 'What was granted and this offer together exceed the limit per person.',
    source: 'Order 4 of 2024: at most 200,000 yuan per person',
    remedy: 'After repayment, or with a smaller offer.',
  },
  DEBT_BURDEN: {
    name: 'Debt burden too high',
    why: 'Too much of his monthly income goes into repayments already.',
    source: 'Sending limits, suitability (55 % as in the 2004 mortgage guidance); algorithm rules art. 8',
    remedy: 'When debts fall or income is proven higher.',
  },
  EXPOSURE: {
    name: 'Exposure too high',
    why: 'All his unsecured limits against his monthly income exceed the bound.',
    source: 'Sending limits, suitability (house policy)',
    remedy: 'When limits elsewhere fall.',
  },
  TOO_MANY_LENDERS: {
    name: 'Too many lenders',
    why: 'He borrows from too many lenders, or too many asked about him lately.',
    source: 'Sending limits, suitability (house policy)',
    remedy: 'When lenders or enquiries become fewer.',
  },
  FACTS_MISSING: {
    name: 'Facts missing',
    why: 'What is needed to judge suitability is unknown, and the setting refuses then.',
    source: 'Sending limits, suitability',
    remedy: 'Add the trait, or compliance changes the setting.',
  },
  OTHER_CAMPAIGN: {
    name: 'Another campaign',
    why: 'One campaign at a time talks to a customer; one of higher priority (or an earlier one) holds this time.',
    source: 'Sending limits, conflicts (house rule)',
    remedy: 'After the interval, or with a higher priority.',
  },
  FREQUENCY_GLOBAL: {
    name: 'Too often in all',
    why: 'He got as much marketing as is allowed in the time, all campaigns together.',
    source: 'Sending limits, frequency (good practice)',
    remedy: 'Ends by itself when the window has passed.',
  },
  FREQUENCY_CHANNEL: {
    name: 'Too often on this channel',
    why: 'He got as much on this channel as is allowed in the time, all campaigns together.',
    source: 'Sending limits, frequency (1 marketing SMS in 24 h, 4 in 30 days; calls by GB/T 45251-2025)',
    remedy: 'Ends by itself when the window has passed; or use another channel.',
  },
  FREQUENCY_CATEGORY: {
    name: 'Too often of this kind',
    why: 'He got as much about this product or purpose as is allowed in the time.',
    source: 'Sending limits, frequency',
    remedy: 'Ends by itself when the window has passed.',
  },
  TOO_LATE: {
    name: 'Too late',
    why: 'It expired before the hours opened.',
    source: 'Sending limits, hours (09:00–20:00 in the recipient’s zone by default)',
    remedy: 'Give the step more time, or change the hours.',
  },
  BUDGET_MONEY: {
    name: 'Budget spent',
    why: 'The campaign has spent what it may.',
    source: 'Campaign settings, budget',
    remedy: 'Change the budget and have it reviewed.',
  },
  BUDGET_SENDS: {
    name: 'Sends used up',
    why: 'The campaign has sent as often as it may.',
    source: 'Campaign settings, budget',
    remedy: 'Change the budget and have it reviewed.',
  },
  NO_ADDRESS: {
    name: 'No address',
    why: 'No number, mailbox or account of his is known for this channel.',
    source: '—',
    remedy: 'Add one, or add a channel to the step.',
  },
  VALUE_MISSING: {
    name: 'Value missing',
    why: 'The creative needs a value that is not known of him, and nothing incomplete is sent.',
    source: 'House rule',
    remedy: 'Add the trait, or a default in the creative.',
  },
  CHANNEL_OFF: {
    name: 'Channel off',
    why: 'No account of a provider works for this channel.',
    source: '—',
    remedy: 'An administrator switches the channel on.',
  },
}

const unitsEn: Readonly<Record<string, string>> = {
  minutes: 'minutes',
  hours: 'hours',
  days: 'days',
  calendarDays: 'calendar days',
}
const factsEn: Readonly<Record<string, string>> = {
  age: 'age',
  tier: 'tier',
  income: 'income',
  grantedFen: 'granted limit',
  debtBurden: 'debt burden',
  exposure: 'exposure',
  lenders: 'lenders',
  enquiries6m: 'enquiries in six months',
}

const measuredEn = (code: Refusal, values: Values): string => {
  const limit = number(values, 'limit')
  const value = number(values, 'value')
  const fact = text(values, 'fact')
  switch (code) {
    case 'FREQUENCY_GLOBAL':
    case 'FREQUENCY_CHANNEL':
    case 'FREQUENCY_CATEGORY':
      return `Rule “${text(values, 'rule') ?? ''}”: at most ${text(values, 'max') ?? ''} in ${text(values, 'amount') ?? ''} ${unitsEn[text(values, 'unit') ?? ''] ?? ''}`
    case 'OTHER_CAMPAIGN':
      return `Campaign #${text(values, 'campaign') ?? ''}${values['hours'] === undefined ? '' : `, ${text(values, 'hours')} hours apart`}`
    case 'LIMIT_EXCEEDED':
      return `${yuan(value)} yuan in all, at most ${yuan(limit)}`
    case 'DEBT_BURDEN':
      return `${percent(value)}, at most ${percent(limit)}`
    case 'EXPOSURE':
      return `${value ?? '—'} times, at most ${limit ?? '—'}`
    case 'TOO_MANY_LENDERS':
      return `${factsEn[fact ?? ''] ?? ''} ${value ?? '—'}, at most ${limit ?? '—'}`
    case 'NOT_ELIGIBLE':
    case 'FACTS_MISSING':
      return fact === undefined
        ? ''
        : `${factsEn[fact] ?? fact}${value === undefined ? '' : ` ${value}`}${limit === undefined ? '' : `, wanted ${limit}`}`
    case 'BUDGET_MONEY':
      return `Budget ${yuan(limit)} yuan`
    case 'BUDGET_SENDS':
      return `Budget ${limit ?? '—'} sends`
    default:
      return ''
  }
}

export const en: typeof zh = {
  words: {
    codes: codesEn,
    groups: {
      campaign: 'Campaign',
      consent: 'Consent and do-not-contact',
      exclusion: 'Exclusions',
      personalisation: 'Personalisation switch',
      holdout: 'Holdout',
      suitability: 'Suitability',
      conflict: 'Conflict of campaigns',
      frequency: 'Frequency',
      hours: 'Hours and holidays',
      budget: 'Budget',
      delivery: 'Address and channel',
    },
    measured: measuredEn,
    hidden: 'Reason not shown',
    hiddenHint: 'The particular reason is sensitive; risk, compliance and service may see it.',
    source: 'Source',
    remedy: 'What would have to change',
    panel: 'Sends and refusals',
    noSends: 'Nothing was sent yet',
    noSendsHint: 'Whenever a campaign wants to reach this customer, the outcome stands here: sent, or why not.',
    onlyRefused: 'Refused only',
    allSends: 'All',
    all: 'Show all',
    why: 'Why did he not get it?',
    whyHint: 'Choose a campaign to see what happened to this customer in it, and whether he could be reached now.',
    chooseCampaign: 'Search campaigns',
    noCampaigns: 'No such campaign',
    states: {
      planned: 'planned',
      refused: 'refused',
      queued: 'on its way',
      sent: 'sent',
      delivered: 'delivered',
      failed: 'failed',
      unknown: 'being verified',
    },
    channels: {
      sms: 'SMS',
      email: 'E-mail',
      wechat: 'WeChat',
      wecom: 'WeCom',
      push: 'Push',
      call: 'Call',
      branch: 'Branch',
      inApp: 'In app',
      webhook: 'Webhook',
    },
    notBefore: (at: string) => `leaves after ${at}`,
    entriesTitle: 'What happened',
    notEntered: 'Did not enter this campaign',
    entered: (at: string, n: number) => `entered ${at}, time ${n}`,
    entryStates: {
      active: 'going on',
      finished: 'finished',
      exited: 'left',
      converted: 'reached the goal',
      stopped: 'stopped with the campaign',
      failed: 'failed',
    },
    at: (step: string) => `at step “${step}”`,
    inAudience: (name: string) => `is in “${name}” now`,
    notInAudience: (name: string) => `is not in “${name}” now, so he does not enter`,
    heldGlobal: 'is in the global holdout',
    heldCampaign: 'is in the holdout of this campaign',
    triggerOther: 'People enter by an event, a date or a program',
    notPublished: 'The campaign was not published yet',
    erased: 'The personal data of this customer were erased',
    sendsTitle: 'Sends',
    noCampaignSends: 'This campaign has not asked to reach him yet',
    nowTitle: 'What would happen now?',
    nowHint: 'Every step is checked with consents, lists and limits as they are now. Looking sends nothing.',
    noSteps: 'The published version reaches nobody',
    wouldPass: (channel: string) => `would be reached (${channel})`,
    wouldWait: (channel: string, at: string) => `would be reached (${channel}) after ${at}`,
    wouldRefuse: 'would be refused',
    passed: 'passed',
    stopped: 'refused',
    notCounted: 'refused before; for information',
    back: 'Back',
    close: 'Close',
    report: 'Refusals',
    reportHint: 'Whenever somebody was to be reached and was not, there is a reason.',
    decided: 'Decided',
    passedCount: 'Passed',
    refusedCount: 'Refused',
    share: 'Share',
    reason: 'Reason',
    step: 'Step',
    people: 'Show people',
    peopleTitle: (reason: string) => `Refused: ${reason}`,
    noPeople: 'Nobody to show',
    byReason: 'By reason',
    byStep: 'By step',
    byDay: 'By day',
    allSteps: 'All steps',
    noVerdicts: 'Nothing was decided yet',
    noVerdictsHint: 'When the campaign runs and people come to its messages, reasons, steps and days are counted here.',
    download: 'Export CSV',
    pickCampaign: 'Choose a campaign',
    pickCampaignHint: 'Choose a campaign to see why people were not reached.',
    day: 'Day',
  },
  problems: {
    'gate.hidden': 'Which exclusion or unsuitability it was is for those who may read exclusions',
    'gate.customerUnknown': 'There is no such customer',
  },
}
