import { choose, type Random, type Weighted, weighted } from './random.ts'

/** The hundred commonest surnames with their share of the population in per mille (household registration, 2019–2020). */
const surnames = weighted([
  ...pairs(
    '王71 李70 张67 刘54 陈53 杨32 黄28 赵26 吴25 周24 徐19 孙17 马17 朱16 胡16 郭15 何15 林15 高14 罗14 郑12 梁12 谢11 宋10 唐10 ' +
      '许10 韩10 邓9 冯9 曹9 彭9 曾8 肖8 田7 董7 潘7 袁7 蔡7 蒋7 余7 于6 杜6 叶6 程6 魏6 苏6 吕6 丁6 任6 卢6 姚5 沈5 钟5 姜5 ' +
      '崔5 谭5 陆5 范5 汪5 廖5 石5 金5 韦4 贾4 夏4 付4 方4 邹4 熊4 白4 孟4 秦4 邱4 侯4 江4 尹4 薛4 闫4 段3 雷3 龙3 黎3 史3 陶3 ' +
      '贺3 毛3 郝3 顾3 龚3 邵3 万3 覃3 武3 钱3 戴3 严3 莫3 孔3 向3 常3',
  ),
  ...pairs('欧阳0.7 上官0.1 司徒0.1 诸葛0.1 司马0.1 皇甫0.1'),
])

function pairs(text: string): (readonly [string, number])[] {
  return text.split(' ').map((entry) => {
    const at = entry.search(/\d/)
    return [entry.slice(0, at), Number(entry.slice(at))] as const
  })
}

interface Fashion {
  /** Share of given names with one character. */
  single: number
  /** Share taken whole from `favourites` instead of being put together. */
  whole: number
  favourites: Weighted<string>
  singles: Weighted<string>
  firsts: Weighted<string>
  seconds: Weighted<string>
}

const words = (text: string): Weighted<string> =>
  weighted(text.split(' ').map((word, place) => [word, 1 / (1 + place / 12)] as const))
const characters = (text: string): Weighted<string> => words([...text].join(' '))

const fashion = (
  single: number,
  whole: number,
  favourites: string,
  singles: string,
  firsts: string,
  seconds: string,
): Fashion => ({
  single,
  whole,
  favourites: words(favourites),
  singles: characters(singles),
  firsts: characters(firsts),
  seconds: characters(seconds),
})

/** What children were called, by gender and decade of birth; decades outside take the nearest. */
const fashions: Record<'male' | 'female', Record<number, Fashion>> = {
  male: {
    1950: fashion(
      0.12,
      0.4,
      '建国 志强 建华 国强 桂林 玉林 国华 文明 德明 建军 国庆 振华 志明 永福 树林 秀山 宝山 金山 长江 福生',
      '军勇平刚明伟斌华林山',
      '国建德志文永玉振树福宝金长春世忠',
      '国华明强林生福山祥贵才义民荣庆海',
    ),
    1960: fashion(
      0.2,
      0.4,
      '建国 建军 建华 志强 国强 建平 卫东 卫国 志刚 国庆 建民 永红 红军 跃进 援朝 爱国 新民 志明 文革 海军',
      '军勇伟平刚强明斌辉波',
      '建国志卫永海新红文小立学春爱长',
      '军国华强平东民红明刚生林峰伟辉',
    ),
    1970: fashion(
      0.38,
      0.35,
      '志强 建军 建华 海涛 卫东 晓东 志刚 志勇 小军 海军 永强 文军 建平 国强 红卫 立新 晓峰 春雷 海波 志伟',
      '勇军伟强刚涛斌波辉平峰磊明健杰',
      '志建海晓永文小立春国卫红学新俊',
      '军强东峰涛波勇伟平华斌刚辉明林',
    ),
    1980: fashion(
      0.42,
      0.28,
      '志强 晓东 海涛 志伟 俊杰 晓明 建伟 文杰 志鹏 海波 晓峰 立伟 建波 永强 小龙 晓辉 志勇 鹏飞 海龙 建华',
      '伟磊强勇涛超鹏杰军斌波辉刚健明亮飞俊峰凯',
      '志晓海建文俊小永立鹏振云国明东',
      '伟强鹏涛杰峰波辉龙飞超军东明亮',
    ),
    1990: fashion(
      0.3,
      0.25,
      '俊杰 志强 鹏飞 文杰 嘉豪 浩然 子豪 家豪 志伟 天宇 文博 俊峰 伟杰 晓龙 志鹏 嘉伟 宇航 明辉 一鸣 凯文',
      '杰超鹏伟浩磊帅凯涛宇鑫旭龙洋阳博亮',
      '俊志文嘉浩子家天宇明晓伟鹏振泽',
      '杰豪宇鹏伟辉峰龙飞阳洋博轩文斌',
    ),
    2000: fashion(
      0.12,
      0.25,
      '浩然 子轩 宇轩 俊杰 子豪 浩宇 宇航 梓轩 天佑 博文 嘉豪 文博 俊熙 皓轩 一鸣 子涵 睿 泽宇 俊豪 明轩',
      '浩睿鑫宇阳杰航博轩涛',
      '子浩宇梓俊嘉天博文泽皓明家一思',
      '轩宇然豪杰航涵博文睿泽辰阳翔哲',
    ),
  },
  female: {
    1950: fashion(
      0.05,
      0.45,
      '秀英 桂英 秀兰 玉兰 桂兰 玉英 秀珍 凤英 玉珍 秀云 桂珍 素珍 淑珍 凤兰 春兰 淑兰 桂芝 秀芳 桂花 玉梅',
      '英兰珍梅芳萍',
      '秀桂玉淑凤素春金月翠惠美',
      '英兰珍芳云梅华芝荣琴香莲',
    ),
    1960: fashion(
      0.12,
      0.42,
      '秀英 桂英 玉梅 秀兰 丽华 秀芳 玉兰 淑华 爱华 桂兰 秀珍 玉华 春梅 丽萍 红梅 淑芳 秀华 桂芳 玉珍 素芳',
      '红英芳梅萍敏华琴玲霞',
      '秀玉丽淑桂爱春红小素惠美月亚',
      '英华梅兰芳萍珍琴玲红霞云荣敏',
    ),
    1970: fashion(
      0.32,
      0.35,
      '丽华 海燕 丽萍 红梅 秀英 春梅 晓燕 丽娟 红霞 建华 丽丽 雪梅 小红 玉梅 艳红 春燕 秀丽 晓红 丽君 海霞',
      '丽芳敏静艳红霞燕萍玲梅娟英琴莉',
      '丽海红晓春小秀玉雪艳美亚月淑',
      '华燕萍梅霞丽娟红玲芳英琴敏君',
    ),
    1980: fashion(
      0.42,
      0.28,
      '丽丽 海燕 婷婷 丽娟 晓燕 丽娜 晓丽 雪梅 丽萍 春燕 红梅 小燕 艳丽 晓红 丽华 佳佳 娟娟 莉莉 媛媛 晓娟',
      '静丽娜敏艳芳燕娟婷霞莉玲丹颖莹洁雪倩',
      '丽晓海雪婷小春佳美艳红亚文玉',
      '丽燕娟娜婷萍霞梅玲华静敏芳莉',
    ),
    1990: fashion(
      0.3,
      0.28,
      '婷婷 雨婷 思思 佳佳 欣怡 晓燕 丹丹 雅婷 倩倩 诗婷 佳怡 静怡 梦婷 莹莹 雪婷 慧敏 思雨 文静 嘉欣 梦瑶',
      '婷静倩雪莹颖丹敏娜洁欣琳悦雯璐',
      '雨思佳欣雅梦诗嘉静晓雪文慧紫',
      '婷怡欣琪雯雨洁瑶敏佳颖琳静娜',
    ),
    2000: fashion(
      0.12,
      0.28,
      '欣怡 梓涵 诗涵 子涵 雨涵 欣妍 可欣 雨欣 思涵 佳怡 梦琪 紫涵 雨桐 若曦 一诺 语嫣 静怡 心怡 雨萱 佳琪',
      '悦欣妍颖瑶琪怡婷雯',
      '欣梓诗子雨思佳可梦紫若语心一',
      '怡涵欣妍琪萱桐曦嫣瑶彤悦婷雯',
    ),
  },
}

/**
 * A name that could belong to someone born then: surnames as frequent as in the population, given names by the fashion
 * of the decade. Any likeness to a living person is chance; thousands bear each of these names.
 * @param birthYear four digits
 */
export const nameOf = (random: Random, male: boolean, birthYear: number): string => {
  const decade = Math.min(2000, Math.max(1950, Math.floor(birthYear / 10) * 10))
  const style = fashions[male ? 'male' : 'female'][decade]
  const surname = choose(random, surnames)
  if (!style) throw new RangeError(`No names for the decade ${decade}`)
  if (random.chance(style.single)) return surname + choose(random, style.singles)
  if (random.chance(style.whole)) return surname + choose(random, style.favourites)
  return surname + choose(random, style.firsts) + choose(random, style.seconds)
}
