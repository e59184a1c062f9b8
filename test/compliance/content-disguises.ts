import { pinyin } from 'pinyin-pro'

/** The words that the reference lists, by category, and six ways in which people hide them. Written for these tests. */

/** `carrier` holds the place of the word; B10 stands in a text about a debt, B11 in the name of an account. */
export const listedWords: Readonly<Record<string, { words: string; carriers: readonly string[] }>> = {
  B1: {
    words: '国家级 最高级 最佳 第一 顶级 唯一 100% 史上最低',
    carriers: ['我们的服务是{}选择', '明月借款，{}品质', '行业公认的{}'],
  },
  B2: {
    words: '保本 保息 零风险 无风险 稳赚不赔 保证收益 承诺收益',
    carriers: ['这款产品{}，欢迎了解', '本期项目{}', '老客户都说{}'],
  },
  B3: {
    words: '低门槛 秒到账 低利率 无成本 低风险 高收益 秒批 必下款 有身份证就能贷 不查征信 黑户可贷 无视征信',
    carriers: ['申请借款{}，点击了解', '明月e贷{}', '全国都能办，{}'],
  },
  B4: {
    words: '免息 0利率 日息低至 手续费分期',
    carriers: ['借款{}，另收手续费', '现在申请{}', '新产品{}上线'],
  },
  B5: {
    words: '国家支持 央行批准 监管备案认可 上征信保障',
    carriers: ['明月借款{}', '我们是{}的平台', '请放心，{}'],
  },
  B6: {
    words: '限时抢购 最后一天 名额有限 抄底 暴富 财富自由',
    carriers: ['额度{}，快来', '今年就能{}', '{}就在眼前'],
  },
  B7: {
    words: '借钱消费更潇洒 超前消费 想买就买 以贷养贷 炫富',
    carriers: ['年轻人就要{}', '明月陪你{}', '{}的生活'],
  },
  B8: {
    words: '校园贷 学生专享贷 助学分期 家长代还',
    carriers: ['全新{}上线', '了解{}', '{}，手续简单'],
  },
  B9: {
    words: '首付贷 炒股 炒币 赌',
    carriers: ['借款可用于{}', '资金用来{}也可以', '支持{}用途'],
  },
  B10: {
    words: '爆通讯录 上门 坐牢 通知村委会',
    carriers: ['再不还款就{}', '您已逾期，将{}', '欠款不还，我们会{}'],
  },
  B11: {
    words: '金融 贷款 借钱 理财 基金 征信 信用评级',
    carriers: ['好运{}', '小王{}', '{}小助手'],
  },
}

/** Other characters of the same sound that people type instead; chosen by hand. */
const sounds: Readonly<Record<string, string>> = {
  国: '帼',
  家: '佳',
  级: '集',
  最: '醉',
  高: '糕',
  佳: '加',
  第: '弟',
  顶: '鼎',
  唯: '惟',
  史: '使',
  低: '滴',
  保: '宝',
  息: '西',
  零: '灵',
  风: '疯',
  险: '显',
  无: '吴',
  稳: '吻',
  赚: '撰',
  赔: '陪',
  证: '正',
  收: '手',
  益: '易',
  承: '成',
  诺: '糯',
  门: '们',
  槛: '坎',
  秒: '渺',
  到: '道',
  账: '帐',
  利: '丽',
  率: '律',
  成: '程',
  批: '披',
  必: '毕',
  款: '欵',
  身: '深',
  份: '奋',
  就: '旧',
  能: '能',
  贷: '袋',
  查: '察',
  征: '争',
  信: '芯',
  黑: '嘿',
  户: '护',
  可: '渴',
  视: '示',
  免: '勉',
  日: '曰',
  手: '首',
  续: '序',
  费: '废',
  分: '芬',
  期: '七',
  支: '只',
  持: '池',
  央: '秧',
  行: '航',
  准: '准',
  监: '煎',
  管: '馆',
  备: '被',
  案: '岸',
  认: '任',
  上: '尚',
  障: '帐',
  限: '线',
  时: '石',
  抢: '呛',
  购: '够',
  后: '厚',
  天: '添',
  名: '明',
  额: '鹅',
  有: '友',
  抄: '超',
  底: '抵',
  暴: '爆',
  富: '付',
  财: '才',
  自: '字',
  由: '油',
  借: '介',
  钱: '前',
  消: '肖',
  潇: '萧',
  洒: '撒',
  超: '抄',
  前: '钱',
  想: '响',
  买: '卖',
  以: '已',
  养: '痒',
  炫: '眩',
  校: '笑',
  园: '圆',
  学: '穴',
  生: '声',
  专: '砖',
  享: '想',
  助: '住',
  长: '涨',
  代: '带',
  还: '环',
  首: '手',
  付: '富',
  炒: '吵',
  股: '古',
  币: '必',
  爆: '暴',
  通: '同',
  讯: '训',
  录: '鹿',
  坐: '座',
  牢: '劳',
  知: '只',
  村: '邨',
  委: '伟',
  会: '汇',
  金: '今',
  融: '容',
  理: '里',
  基: '机',
  评: '平',
  用: '佣',
  不: '布',
}
/** Look-alikes, signs and characters in two pieces. */
const shapes: Readonly<Record<string, string>> = {
  级: '纟及',
  佳: '亻圭',
  第: '弟',
  顶: '丁页',
  唯: '口隹',
  低: '亻氐',
  保: '亻呆',
  险: '阝佥',
  零: '雨令',
  无: '🈚',
  稳: '禾急',
  证: '讠正',
  收: '收',
  门: '🚪',
  秒: '禾少',
  账: '贝长',
  利: '禾刂',
  批: '扌比',
  下: '↓',
  贷: '代贝',
  征: '彳正',
  信: '亻言',
  免: '兔',
  息: '自心',
  限: '阝艮',
  抢: '扌仓',
  购: '贝勾',
  期: '萁',
  借: '亻昔',
  校: '木交',
  炒: '火少',
  赌: '贝者',
  上: '↑',
  到: '至刂',
  款: '欵',
  行: '彳亍',
  认: '讠人',
  通: '甬辶',
  时: '日寸',
  抄: '抄',
  爆: '火暴',
  坐: '座',
  金: '金',
  一: '壹',
  最: '朂',
  国: '囯',
  专: '耑',
  以: '以',
  就: '京尤',
}

const characters = (word: string) => Array.from(word)
const separators = ['·', '*', '-', ' ', '．', '~', '_', '|', '/', '，']
const invisible = ['\u200b', '\u2060', '🔥', '\u200d', '💥', '\ufeff']

/** Replaces the first character that has a replacement; looked for from the end, so that the word still begins as it does. */
const swapped = (word: string, table: Readonly<Record<string, string>>): string => {
  const all = characters(word)
  const at = all.findLastIndex((one) => table[one] !== undefined && table[one] !== one)
  return at < 0 ? all.join('\u200b') : all.with(at, table[all[at] ?? ''] ?? '').join('')
}

const wide = (text: string) =>
  text
    .replaceAll(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))
    .replaceAll('零', '０')
    .replaceAll('一', '壹')

/** Six disguises. `traditional` turns simplified characters into traditional ones. */
export const disguises: Readonly<Record<string, (word: string, traditional: (text: string) => string) => string>> = {
  separators: (word) =>
    characters(word)
      .map((one, i) => `${one}${separators[(i + word.length) % separators.length]}`)
      .join('')
      .slice(0, -1),
  invisible: (word) =>
    characters(word)
      .map((one, i) => `${one}${invisible[(i + word.length) % invisible.length]}`)
      .join(''),
  traditional: (word, traditional) => wide(traditional(word)),
  pinyin: (word) => {
    const all = characters(word)
    const at = all.findLastIndex((one) => /\p{Script=Han}/u.test(one))
    if (at < 0) return wide(word)
    return all.with(at, pinyin(all[at] ?? '', { toneType: 'none', v: true })).join('')
  },
  homophone: (word) => swapped(word, sounds),
  shape: (word) => swapped(word, shapes),
}
