import type { RulePack } from './pack.ts'

/** Words that the rules on online marketing of financial products, on collection and on service SMS add. */
export const financialMarketing: RulePack = {
  from: '2025-02-28',
  source: '金融产品网络营销管理办法第10、18条；GB/T 45251-2025；通信短信息服务管理规定；消费金融公司行业自律口径',
  reviewBy: '2027-03-31',
  rules: [
    {
      category: 'B3',
      action: 'block',
      article: 'fin.10.7',
      reason: 'inducingLoan',
      words: `低门槛 零门槛 无门槛 没门槛 门槛低 秒到账 秒速到账 闪电到账 光速到账 瞬间到账 低利率 超低利率 低利息 超低息 无成本 零成本 低风险 高收益
        秒批 秒审 秒过 秒放 秒放款 秒下款 秒贷 必下款 必过 必批 必下 包下款 包过 包批 稳下款 稳过 百分百下款 百分百通过 人人可贷 人人可借
        人人有额度 有身份证就能贷 有身份证就能借 凭身份证就能贷 凭身份证就能借 有手机号就能借 不查征信 不看征信 不上征信 无视征信 免征信
        黑户可贷 黑户也能贷 黑户可借 黑白户可贷 白户可贷 征信花也能贷 征信不好也能借 逾期也能贷 逾期也能借 负债高也能贷 无视负债 无视逾期
        无视黑白 不看负债 不看流水 无需审核 免审核 不审核 不用审核 征信修复 洗白征信 修复征信 强开额度 强制下款 内部渠道 内部通道 口子
        芝麻分可贷 无限额度 想借就借 借钱不用还 不用还款 停息挂账包办 代理维权退息`,
    },
    {
      category: 'B3',
      action: 'flag',
      article: 'fin.10.7',
      reason: 'inducingLoan',
      words:
        '极速到账 极速放款 分分钟到账 快速下款 轻松借 轻松到手 高额度 大额度 超高额度 利率低 利息低 门槛较低 无抵押 免抵押 免担保 无担保 通过率高 高通过率 额度翻倍',
    },
    {
      category: 'B4',
      action: 'flag',
      article: 'pboc.2021.3',
      reason: 'feeWithoutAnnual',
      words: '手续费分期 分期手续费 免手续费分期',
    },
    {
      category: 'B10',
      action: 'block',
      article: 'collect.2025',
      reason: 'collectionThreat',
      words: `爆通讯录 通讯录轰炸 打爆通讯录 轰炸通讯录 联系你家人 联系你的家人 通知你家人 通知家属 通知亲友 通知你单位 通知你的单位 找你单位
        通知村委会 通知居委会 通知村委 坐牢 坐监 判刑 牢狱 刑事拘留 把你抓 抓你 警察抓 派出所抓 让你身败名裂 身败名裂 后果自负 不得安宁
        没完没了 老赖曝光 曝光你 公开曝光 张贴大字报 拉横幅 登报曝光 影响子女上学 影响孩子上学 影响三代 弄死 打断 小心点 走着瞧 泼油漆
        死全家 不要脸 骗子 无赖 老赖`,
      only: 'loanTalk',
    },
    {
      category: 'B10',
      action: 'block',
      article: 'collect.2025',
      reason: 'collectionThreat',
      words: '上门 上门催收 上门讨债 上门调查 上门走访 到你家 去你家 去你老家',
      only: 'loanTalk',
    },
    {
      category: 'M1',
      action: 'block',
      article: 'sms.2015',
      reason: 'promotionInService',
      only: 'service',
      words: `优惠券 优惠活动 限时优惠 专享优惠 新客优惠 专属福利 领福利 福利来袭 红包 立减 满减 折扣 打折 特惠 返现 返利 抽奖 中奖 免息券 利率折扣
        降息券 提额机会 邀请提额 点击提额 专属额度 借款额度已备好 额度待领取 待领取额度 立即借款 马上借 点击借款 点此借款 去借款 再借一笔
        再次借款 推荐好友 邀请好友 邀请有礼 新品上市 火热 抢购 秒杀 限时 促销 大促 狂欢 会员升级 开通会员 超值 免费领 领取礼品 好礼
        最高可借 可借额度高达 为您推荐 为您精选 推广 特权来袭 预审额度 预授信 尊享`,
    },
  ],
  exceptions: [
    { word: '低门槛', phrases: '降低门槛 最低门槛' },
    { word: '低利率', phrases: '降低利率 最低利率 较低利率' },
    { word: '低利息', phrases: '降低利息' },
    { word: '利率低', phrases: '利率低于 利率低至 利率低谷' },
    { word: '利息低', phrases: '利息低于' },
    {
      word: '低风险',
      phrases: '降低风险 中低风险 低风险等级 较低风险 低风险偏好 低风险承受 R1低风险 低风险R1 低风险客户 低风险类',
    },
    { word: '高收益', phrases: '提高收益 最高收益率不代表 业绩比较基准' },
    { word: '零成本', phrases: '零成本维权' },
    { word: '必过', phrases: '务必过目 必过程 不必过 何必过' },
    { word: '必下', phrases: '务必下载 不必下 何必下 务必下拉 务必下滑' },
    { word: '包过', phrases: '钱包过 红包过 包过期 礼包过 承包过' },
    { word: '秒过', phrases: '60秒过 秒过后 秒过期' },
    { word: '秒放', phrases: '秒放大' },
    { word: '秒审', phrases: '秒审计' },
    { word: '必下款', phrases: '务必下款' },
    { word: '稳过', phrases: '平稳过 安稳过' },
    { word: '免审核', phrases: '避免审核' },
    { word: '口子', phrases: '两口子 小口子 开口子 胡同口子 虎口子' },
    { word: '小心点', phrases: '小心点击' },
    { word: '骗子', phrases: '防骗子 谨防骗子 骗子冒充 警惕骗子 骗子常 骗子会 识别骗子 遇到骗子' },
    { word: '内部通道', phrases: '大楼内部通道' },
    {
      word: '上门',
      phrases:
        '上门服务 上门取件 上门办理 上门送 送货上门 上门安装 上门取 快递上门 上门维修 登门上门服务 不上门 从不上门 上门收件 上门签约 上门协助 上门核身服务 上门开卡 上门慰问',
    },
    { word: '通知亲友', phrases: '不会通知亲友' },
    { word: '限时', phrases: '限时段 时限时 权限时 期限时 到期限时 无限时 上限时 额度上限时 下限时 为限时' },
    { word: '推广', phrases: '推广普通话' },
    { word: '火热', phrases: '火热天气' },
    { word: '中奖', phrases: '虚假中奖 中奖诈骗 冒充中奖' },
  ],
}
