import type { RulePack } from './pack.ts'

/** Words that the Advertising Law forbids whatever is advertised, with what practice and supervisors add. */
export const advertisingLaw: RulePack = {
  from: '2021-04-29',
  source: '广告法（2021-04-29 修正）第8、9、11、14、25、28条；明码标价和禁止价格欺诈规定；算法推荐管理规定第8条',
  reviewBy: '2027-06-30',
  rules: [
    {
      category: 'B1',
      action: 'block',
      article: 'ad.9.3',
      reason: 'absoluteTerm',
      words: `国家级 世界级 全球级 宇宙级 最高级 最高级别 最佳 最优 最优惠 最好 最强 最大 最先进 最专业 最便宜 最实惠 最划算 最省钱
        最安全 最靠谱 最权威 最受欢迎 最具实力 最低利率 最低利息 最低价 最低息 全网最低 全国最低 行业最低 史上最低 历史最低 利率最低
        利息最低 第一 第一品牌 全国第一 行业第一 全网第一 排名第一 销量第一 NO1 TOP1 顶级 顶尖 顶流 唯一 独一无二 绝无仅有 史无前例
        前所未有 前无古人 空前绝后 无与伦比 无可比拟 举世无双 万能 100% 百分百 百分之百 首家 国内首创 全球首发 全网首发 王牌 冠军
        领袖品牌 领导品牌 极品 至尊 巅峰 终极 完美无缺 永久免费 永久有效 绝对安全 绝对通过 世界领先 国际领先 全球领先 遥遥领先`,
    },
    {
      category: 'B1',
      action: 'flag',
      article: 'ad.9.3',
      reason: 'absoluteTerm',
      words: '首选 行业领先 国内领先 极致 卓越 零差评 全网热销 绝对 最快 最新科技 无敌',
    },
    {
      category: 'B2',
      action: 'block',
      article: 'ad.25',
      reason: 'guaranteedReturn',
      words: `保本 保息 保本保息 零风险 无风险 毫无风险 没有风险 稳赚不赔 稳赚 只赚不赔 包赚 包赚不赔 躺赚 保证收益 保障收益 承诺收益
        固定收益承诺 保底收益 收益保底 保收益 刚性兑付 刚兑 本金无忧 本金保障 零亏损 不亏本 稳赢 旱涝保收 无损赎回 百分百回本`,
    },
    {
      category: 'B4',
      action: 'block',
      article: 'price.19.6',
      reason: 'misleadingCost',
      words: '免息 零息 无息 无利息 不收利息 零利息',
      judged: 'interestFree',
    },
    {
      category: 'B4',
      action: 'block',
      article: 'price.19.6',
      reason: 'zeroRateBesideFee',
      words: '0利率 零利率 0息 0利息 零费率 0费率 零费用 0费用 零首付零利率',
      judged: 'zeroRate',
    },
    {
      category: 'B4',
      action: 'block',
      article: 'pboc.2021.3',
      reason: 'misleadingCost',
      words:
        '日息低至 日利率低至 日费率低至 月息低至 月费率低至 利息低至每天 每天利息只要 一天利息只要 一天只要几毛钱 利息几乎为零 利息忽略不计',
    },
    {
      category: 'B5',
      action: 'block',
      article: 'ad.9.2',
      reason: 'stateEndorsement',
      words: `国家支持 国家认可 国家背书 国家扶持 国家推荐 国家免检 国家指定 政府支持 政府担保 政府背书 政府认可 政府补贴贷款 央行批准 央行认可
        央行推荐 央行授权 人民银行推荐 人民银行批准 银保监会批准 银保监会认可 金融监管总局推荐 监管备案认可 监管认可 监管推荐 监管批准
        监管背书 备案认可 国务院批准 国家机关推荐 中央支持 中央批准 领导人推荐 公安部认证 官方背书 官方担保 上征信保障 征信中心认证
        央行征信认可 国家级平台认证 红头文件支持`,
    },
    {
      category: 'B5',
      action: 'flag',
      article: 'ad.9.2',
      reason: 'stateEndorsement',
      words: '国企背景 央企背景 国资背景 国资背书 银行背景 持牌经营更放心 官方认证',
    },
    {
      category: 'B6',
      action: 'flag',
      article: 'practice',
      reason: 'urgency',
      words: `限时抢购 限时抢 最后一天 最后1小时 最后机会 名额有限 名额告急 名额仅剩 仅剩名额 仅此一次 错过不再 错过再等一年 手慢无 先到先得 抢完即止
        售罄即止 倒计时 马上抢 火速抢 疯抢 秒杀 抄底 暴富 一夜暴富 财富自由 躺平赚钱 翻倍赚 逆袭人生 错失良机 机不可失 再不申请就没了
        立即抢占 今日截止`,
    },
    {
      category: 'B7',
      action: 'block',
      article: 'algo.8',
      reason: 'overConsumption',
      words: `借钱消费更潇洒 借钱更潇洒 借钱潇洒 超前消费 想买就买 想花就花 尽情花 放肆花 任性花 随便花 以贷养贷 借新还旧 借东补西 炫富 先花了再说
        没钱也能任性 没钱也能花 花明天的钱 透支未来 提前享受人生 月光不用愁 借钱旅游 借钱买包 借钱整容 贷款整容 贷款旅游 贷款追星 借钱打赏
        及时行乐 钱不够借来凑 不差钱 有钱任性`,
    },
    {
      category: 'B7',
      action: 'flag',
      article: 'algo.8',
      reason: 'overConsumption',
      words: '买买买 剁手 种草必买 挥霍 奢侈享受 潇洒人生',
    },
    {
      category: 'B8',
      action: 'block',
      article: 'student.2021',
      reason: 'studentsOrMinors',
      words: `校园贷 学生专享贷 学生贷 学生专属贷款 大学生贷款 大学生分期 大学生借款 助学分期 学生可贷 学生可借 学生也能贷 学生也能借 凭学生证
        学生证可贷 家长代还 父母代还 毕业再还 校园分期 校园金融 未成年可贷 未成年也能借 满16岁可借 培训贷 学费分期贷 游戏充值分期`,
    },
    {
      category: 'B9',
      action: 'block',
      article: 'loan.use',
      reason: 'forbiddenUse',
      words: `首付贷 零首付购房 首付不够贷来凑 炒股 炒币 炒房 炒期货 买股票 买虚拟币 买比特币 购买虚拟货币 打新股 赌 赌博 赌球 网赌 博彩 买彩票
        借款投资理财 贷款理财 贷款投资 借钱投资 套现 信用卡套现 养卡 代还信用卡`,
    },
    {
      category: 'B11',
      action: 'block',
      article: 'fin.18',
      reason: 'unlicensedName',
      only: 'accountName',
      words: `金融 贷款 借钱 借贷 借款 网贷 小贷 贷 理财 财富管理 基金 证券 股票 期货 保险 信托 银行 征信 信用评级 信用评估 资产管理 支付 外汇
        众筹 交易所 金服 融资 担保 典当 消费金融 私募`,
    },
  ],
  exceptions: [
    {
      word: '第一',
      phrases: `第一步 第一期 第一次 第一时间 第一年 第一个 第一条 第一款 第一项 第一笔 第一页 第一章 第一节 第一天 第一周 第一月 第一季度
        第一阶段 第一联系人 第一顺位 第一还款来源 第一还款人 第一借款人 第一受益人 第一人民医院 第一医院 第一中学 第一小学 第一大道
        第一支行 第一分行 第一部分 第一栏 第一行 第一列 第一题 第一道 第一张 第一份 第一屏 第一轮 第一批次 第一监护人 第一责任人
        第一会议室 第一法庭 第一巡回法庭 第一种 第一层 第一台 第一手资料`,
    },
    {
      word: '唯一',
      phrases:
        '唯一识别 唯一标识 唯一编号 唯一编码 唯一身份 唯一性 唯一流水 唯一码 唯一客户号 唯一凭证号 唯一键 唯一绑定 唯一有效手机号 唯一官方客服 唯一客服热线 唯一官方网站 唯一官方渠道 唯一收款账户 唯一登录 唯一联系 唯一借款人 唯一还款账户 唯一预留',
    },
    {
      word: '100%',
      phrases:
        '100%实名 100%本人 已完成100% 进度100% 还款100% 完成度100% 100%还清 100%结清 已结清100% 100%完成 100%棉 100%电量 电量100% 不超过100% 100%可回收 100%再生纸 资料完整度100%',
    },
    {
      word: '最大',
      phrases: '最大限度 最大值 最大额度 最大字号 最大可用 最大附件 最大可借 最大可提 最大长度 最大程度',
    },
    { word: '最好', phrases: '最好在 最好提前 最好先 最好于 最好不要 最好尽快 最好能 最好由 最好本人 最好保留' },
    { word: '最低价', phrases: '最低价值' },
    { word: '最优', phrases: '最优惠券' },
    { word: '最强', phrases: '最强降雨 最强台风 最强寒潮' },
    { word: '冠军', phrases: '冠军杯 冠军赛 奥运冠军赛事' },
    { word: '绝对', phrases: '绝对值 绝对路径 绝对控股' },
    { word: '首家', phrases: '首家网点' },
    { word: '万能', phrases: '万能钥匙 万能险' },
    { word: '终极', phrases: '终极受益人' },
    {
      word: '保本',
      phrases:
        '退保本金 担保本息 担保本金 确保本人 确保本次 确保本期 确保本月 确保本金 承保本 参保本 投保本 社保本 医保本',
    },
    { word: '保息', phrases: '担保息费 医保息 参保息' },
    { word: '稳赚', phrases: '安稳赚' },
    {
      word: '没有风险',
      phrases: '没有风险提示 没有风险承受能力 没有风险的投资',
    },
    { word: '无风险', phrases: '无风险提示 有无风险 无风险利率 不存在无风险' },
    { word: '零风险', phrases: '零风险的投资 不存在零风险' },
    { word: '赌', phrases: '赌气 打赌 赌注协议 对赌协议 拒赌 禁赌 反赌 涉赌 跨境赌博 赌约' },
    { word: '赌博', phrases: '跨境赌博 反赌博 打击赌博 涉嫌赌博 涉赌博' },
    { word: '套现', phrases: '反套现 严禁套现 涉嫌套现 疑似套现' },
    { word: '买股票', phrases: '不得买股票' },
    { word: '首选', phrases: '首选联系方式 首选语言 首选还款日 首选手机号 首选地址 首选网点 首选扣款账户' },
    { word: '倒计时', phrases: '验证码倒计时 倒计时结束后 还款倒计时 开学倒计时' },
    { word: '今日截止', phrases: '还款今日截止 申诉今日截止' },
    { word: '最快', phrases: '最快捷径' },
  ],
}
