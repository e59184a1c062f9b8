/**
 * Characters as people write them in two, left part and right part: 信 → 亻言. Those that stand in names of lenders,
 * payment services and their products, and the commonest others with two clear halves.
 */
const table =
  '信亻言 信人言 借亻昔 借人昔 贷代贝 款士示欠 捷扌疌 付亻寸 付人寸 呗口贝 债亻责 债人责 佰亻百 什亻十 仟亻千 体亻本 保亻呆 保人呆 催亻崔 催人崔 收丩攵 ' +
  '微彳攵 银钅艮 钱钅戋 钻钅占 钉钅丁 锦钅帛 铂钅白 铜钅同 鑫金金金 融鬲虫 财贝才 赊贝佘 购贝勾 账贝长 赔贝咅 赚贝兼 分八刀 ' +
  '期其月 朋月月 胜月生 明日月 昭日召 晓日尧 时日寸 旺日王 映日央 ' +
  '好女子 如女口 妈女马 她女也 姐女且 娃女圭 ' +
  '江氵工 海氵每 河氵可 湖氵胡 消氵肖 浙氵折 洋氵羊 润氵闰 泽氵圣 涛氵寿 源氵原 满氵 沪氵户 汉氵又 池氵也 淘氵匋 ' +
  '拍扌白 拍手白 招扌召 担扌旦 投扌殳 拉扌立 抖扌斗 提扌是 拼扌并 操扌喿 ' +
  '话讠舌 诈讠乍 诚讠成 证讠正 评讠平 诺讠若 讯讠卂 试讠式 语讠吾 认讠人 讨讠寸 诉讠斥 ' +
  '吧口巴 吗口马 哈口合 吸口及 唯口隹 喵口苗 咪口米 咕口古 ' +
  '桔木吉 杭木亢 林木木 相木目 桥木乔 松木公 枫木风 柳木卯 ' +
  '红纟工 纳纟内 经纟圣 绿纟录 线纟戋 ' +
  '珠王朱 玖王久 现王见 理王里 玛王马 环王不 ' +
  '驰马也 驼马它 骗马扁 ' +
  '硕石页 研石开 码石马 ' +
  '狗犭句 猫犭苗 狐犭瓜 ' +
  '炸火乍 烟火因 ' +
  '秒禾少 和禾口 利禾刂 秋禾火 私禾厶 ' +
  '行彳亍 得彳㝵 ' +
  '陆阝击 阳阝日 际阝示 随阝迶 ' +
  '到至刂 创仓刂 刷尸刂 ' +
  '功工力 加力口 助且力 劲圣力 ' +
  '邦丰阝 邮由阝 郑关阝 ' +
  '雅牙隹 难又隹 ' +
  '鲸鱼京 鲜鱼羊 ' +
  '飘票风 鹅我鸟 鸡又鸟 鸭甲鸟 ' +
  '她女也 他亻也 们亻门 你亻尔 位亻立 伙亻火 优亻尤 佳亻圭 传亻专 何亻可 住亻主 ' +
  '胡古月 朝龺月 静青争 翻番羽 新亲斤 斯其斤 ' +
  '帅丨巾 帆巾凡 ' +
  '旭九日 昌日日 晶日日日 品口口口 森木木木 ' +
  '双又又 从人人 众人人人 ' +
  '饭饣反 馋饣 饿饣我'

/** Character → the ways it is split. */
export const splitCharacters: ReadonlyMap<string, readonly string[]> = (() => {
  const made = new Map<string, string[]>()
  for (const entry of table.split(' ')) {
    const [sign = '', ...parts] = Array.from(entry)
    if (parts.length < 2) continue
    const ways = made.get(sign) ?? []
    ways.push(parts.join(''))
    made.set(sign, ways)
  }
  return made
})()
