/** Signs, look-alike characters and split characters that stand for others in disguised text. Data only. */

/** Signs read as words: `必↓款`, `第🥇`. Skin tones and variation selectors are gone before this is asked. */
const signs: Readonly<Record<string, string>> = {
  '↓': '下',
  '⬇': '下',
  '⇩': '下',
  '👇': '下',
  '▼': '下',
  '🔽': '下',
  '↑': '上',
  '⬆': '上',
  '👆': '上',
  '🔼': '上',
  '💯': '100%',
  '🈚': '无',
  '🈶': '有',
  '🈲': '禁',
  '🈵': '满',
  '🈹': '割',
  '🉐': '得',
  '🉑': '可',
  '🈸': '申',
  '🆓': '免',
  '🧧': '红包',
  '🥇': '第一',
  '🔝': '顶',
  '🐱': '喵',
  '🐈': '喵',
  '🚪': '门',
  '🎓': '学生',
  '🏫': '校园',
  '🎲': '赌',
  '🎰': '赌',
  '📈': '高',
  '📉': '低',
  '➕': '加',
  '✖': '',
  '⑴': '1',
}

/** Each pair: a look-alike or variant, and the character it stands for. Traditional forms are undone elsewhere. */
const glyphs =
  '⻛风 ⻔门 ⻚页 ⻋车 ⻓长 ⻅见 ⻉贝 ⻢马 ⻝食 ⼀1 岀出 兔免 歀款 欵款 卞下 丅下 囯国 弟第 笫第 苐第 帐账 怅账 侄到 倒到 钞秒 杪秒 渺秒 底低 抵低 诋低 砥低 懔槛 滥槛 坎槛 砍槛 冂门 们门 仴利 俐利 莉利 猁利 卛率 蟀率 凤风 枫风 疯风 俭险 捡险 验险 脸险 亳毫 宝保 堡保 褓保 夲本 笨本 苯本 熄息 媳息 蒽息 熜息 嘉佳 家佳 加佳 钉顶 项顶 极级 及级 吸级 惟唯 维唯 帷唯 壹一 弌一 ー一 纰批 毙必 毖必 心必 坷可 岢可 枪抢 呛抢 沧抢 构购 徵征 怔征 证征 倍信 芯信 较校 笑校 圆园 圜园 袋贷 货贷 待贷 带贷 堵赌 睹赌 沙炒 抄炒 钞炒 吵炒 巾币 座坐 堂牢 哞牢 佂征 亊事 靣面 淂得 鈤日 曰日 囗口 扣口 ロ口 亾人 囚人 仁人 亽人 乄义 乂义 卬印 亍行 垳行'

const pairs: ReadonlyMap<string, string> = new Map(
  glyphs.split(' ').flatMap((pair) => {
    const [from = '', to = ''] = Array.from(pair)
    return from === to ? [] : [[from, to] as const]
  }),
)

/** Characters written in two pieces: `禾少到贝长`. Only pieces that do not stand side by side in ordinary text. */
const pieces =
  '禾少秒 至刂到 贝长账 亻氐低 木监槛 禾刂利 自心息 阝佥险 亻呆保 禾急稳 贝兼赚 亻圭佳 纟及级 丁页顶 口隹唯 竹弟第 木交校 火少炒 贝者赌 扌比批 亻昔借 彳正征 亻言信 代贝贷 化贝货 扌仓抢 贝勾购 其月期 日寸时 阝艮限 雨令零 口可哥 弗贝费 米青精 丰色艳 讠正证 讠人认 钅艮银 彳亍行 氵去法 车专转 氵主注 扌召招 士冖示款 又寸对 女子好 木几机 纟冬终 纟色绝 土也地 囗国国 木又权 月巴肥 山今岑 口乞吃 亻本体 扌包抱 饣包饱 火暴爆 讠通通 冫欠次 辶甬通 甬辶通 京尤就 辶寸过 亻门们 木一本 文日旻 丷力办 八刀分 禾火秋 白勺的 女口如 言午许'

const composed: ReadonlyMap<string, string> = new Map(
  pieces.split(' ').map((piece) => {
    const characters = Array.from(piece)
    return [characters.slice(0, -1).join(''), characters.at(-1) ?? ''] as const
  }),
)

/** Only these are so common apart that their pieces side by side mean nothing: left to the letter. */
const ordinary = new Set(['女子', '木一', '八刀', '女口', '文日', '言午', '其月', '又寸'])

/** What a sign says; undefined when it is none. */
export const signMeaning = (character: string): string | undefined => signs[character]

/** The character a look-alike stands for; undefined when it stands for itself. */
export const lookAlike = (character: string): string | undefined => pairs.get(character)

/** The character that two or three pieces make; undefined when they make none. */
export const composedOf = (text: string): string | undefined => (ordinary.has(text) ? undefined : composed.get(text))
