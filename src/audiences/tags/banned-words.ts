import { toSimplified } from '#platform'

/**
 * What no tag may say about people: facts that the Personal Information Protection Law (art. 28) calls sensitive and that
 * have no place in marketing or lending, whatever the consent. Each word beside its ground.
 */
const words = {
  ethnicity:
    '民族 种族 族裔 血统 汉族 少数民族 维吾尔 维族 藏族 藏人 回族 回民 蒙古族 满族 壮族 苗族 彝族 朝鲜族 哈萨克族 ethnicity ethnic race racial',
  religion:
    '宗教 信仰 信教 教徒 佛教 道教 基督教 基督徒 天主教 伊斯兰 穆斯林 清真寺 犹太教 法轮 religion religious muslim christian buddhist islam',
  illness:
    '疾病 病史 患病 病人 病情 患者 诊断 癌症 肿瘤 艾滋 性病 乙肝 肝炎 糖尿病 高血压 心脏病 抑郁 焦虑症 精神病 精神分裂 自闭症 残疾 残障 传染病 健康状况 怀孕 孕妇 流产 不孕 hiv aids cancer illness disease disabled disability depression pregnant pregnancy diagnosis',
  politics: '政治面貌 政治观点 政治倾向 政治立场 政治信仰 党员 党派 上访 信访 异见 维权人士 political politics',
  sexuality:
    '性取向 性倾向 同性恋 双性恋 跨性别 异性恋 性生活 性癖 拉拉 基佬 lgbt gay lesbian bisexual transgender sexual',
  biometrics: '基因 遗传病 指纹 虹膜 声纹 人脸特征 genetic dna fingerprint',
  crime: '前科 犯罪记录 罪犯 劳改 刑满 吸毒 涉毒 criminal',
  abuse: '穷鬼 傻子 智障 老赖脸 骗子 垃圾客户 loser',
} as const
export type BannedGround = keyof typeof words

const grounds = Object.keys(words) as BannedGround[]
const list = grounds.flatMap((ground) => words[ground].split(' ').map((word) => ({ ground, word })))

/** Letters and Han characters only, in one form: nobody slips a word past by spaces, dots, full width or traditional characters. */
const folded = (text: string) =>
  toSimplified(text.normalize('NFKC'))
    .toLowerCase()
    .replaceAll(/[^\p{Script=Han}a-z]+/gu, '')
/** Words in Latin letters are looked for between separators: "race" is not in "trace". */
const latinWords = (text: string) =>
  new Set(
    text
      .normalize('NFKC')
      .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z]+/),
  )

/**
 * The first word in a text that a tag must not say.
 * @returns undefined when there is none
 */
export const bannedWord = (text: string): { word: string; ground: BannedGround } | undefined => {
  const han = folded(text).replaceAll(/[a-z]+/g, '')
  const latin = latinWords(text)
  return list.find(({ word }) => (/^[a-z]/.test(word) ? latin.has(word) : han.includes(word)))
}
