import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { problem } from './problem.ts'
import {
  type ConsentSettings,
  type SettingChange,
  type SettingName,
  type SettingView,
  settingNames,
  settingShapes,
} from './settings-contract.ts'
import './tables.ts'

/** What holds as delivered, with its source. */
const delivered: { [Name in SettingName]: { value: ConsentSettings[Name]; source: string } } = {
  askAgainDays: { value: 90, source: '网络数据安全管理条例 第二十二条' },
  childAge: { value: 14, source: '个人信息保护法 第三十一条' },
  adultAge: { value: 18, source: '未成年人网络保护条例 第二十四条' },
  studentAges: { value: { from: 18, to: 22 }, source: '银保监办发〔2021〕28号' },
  creditProducts: { value: ['loan', 'card'], source: '银保监办发〔2021〕28号' },
  ageKnownFor: { value: [], source: '未成年人网络保护条例 第二十四条' },
  birthTraits: { value: ['birthday', 'birthDate', '出生日期', '生日'], source: 'house' },
  zoneTraits: { value: ['timezone', '时区'], source: 'house' },
  declaredStudent: {
    value: {
      traits: ['isStudent', 'student', 'occupation', '职业'],
      values: ['true', '是', '学生', '大学生', '在校学生', '在校生', '研究生', 'student'],
    },
    source: '银保监办发〔2021〕28号',
  },
  campusSignals: {
    value: {
      emailDomains: ['edu.cn', 'edu'],
      addressTraits: ['address', '地址', 'homeAddress', '居住地址', 'deliveryAddress', '收货地址'],
      addressWords: ['大学', '学院', '校区', '学生公寓', '学生宿舍', '高校', '职业技术学校'],
      apnTraits: ['apn', 'networkApn'],
      apnWords: ['campus', 'edu', 'xiaoyuan', '校园'],
    },
    source: '银保监办发〔2021〕28号',
  },
  warningTier: {
    value: { traits: ['riskTier', '风险分层'], values: ['预警', '风险预警', 'warning'] },
    source: 'house',
  },
  preferenceLinkDays: { value: 365, source: 'house' },
}

/** The calendar day in Shanghai, where the law counts its days. */
export const shanghaiDay = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)

interface Row {
  name: string
  valid_from: string
  value: unknown
  source: string
  set_by: string
}

/** Latest day first. */
const settingRows = async (ctx: Ctx): Promise<Row[]> => {
  const { rows } = await sql<Row>`
    select name, to_char(valid_from, 'YYYY-MM-DD') as valid_from, value, source, set_by
    from compliance.dated_setting order by valid_from desc`.execute(ctx.pg)
  return rows
}

/** What holds on the day of `at`; one statement. */
export const consentSettings = async (ctx: Ctx, at = ctx.now()): Promise<ConsentSettings> => {
  const today = shanghaiDay(at)
  const rows = await settingRows(ctx)
  const held = <Name extends SettingName>(name: Name): ConsentSettings[Name] => {
    const row = rows.find((one) => one.name === name && one.valid_from <= today)
    return row ? (settingShapes[name].parse(row.value) as ConsentSettings[Name]) : delivered[name].value
  }
  return {
    askAgainDays: held('askAgainDays'),
    childAge: held('childAge'),
    adultAge: held('adultAge'),
    studentAges: held('studentAges'),
    creditProducts: held('creditProducts'),
    ageKnownFor: held('ageKnownFor'),
    birthTraits: held('birthTraits'),
    zoneTraits: held('zoneTraits'),
    declaredStudent: held('declaredStudent'),
    campusSignals: held('campusSignals'),
    warningTier: held('warningTier'),
    preferenceLinkDays: held('preferenceLinkDays'),
  }
}

/** All of them, with what held before and what is to come. */
export const readSettings = async (ctx: Ctx): Promise<{ items: SettingView[] }> => {
  const today = shanghaiDay(ctx.now())
  const rows = await settingRows(ctx)
  return {
    items: settingNames.map((name) => {
      const own = rows.filter((row) => row.name === name)
      const current = own.find(({ valid_from }) => valid_from <= today)
      return {
        name,
        value: current?.value ?? delivered[name].value,
        validFrom: current?.valid_from ?? null,
        source: current?.source ?? delivered[name].source,
        setBy: current?.set_by ?? null,
        others: own
          .filter((row) => row !== current)
          .map(({ valid_from, value, source, set_by }) => ({ validFrom: valid_from, value, source, setBy: set_by })),
      }
    }),
  }
}

/** @throws problem.settingWrong */
export const changeSetting = (
  ctx: Ctx,
  { name, value, validFrom, source }: SettingChange & { name: SettingName },
): Promise<{ items: SettingView[] }> =>
  ctx.tx(async (ctx) => {
    const read = settingShapes[name].safeParse(value)
    if (!read.success) throw problem.settingWrong({ name, reason: read.error.issues[0]?.message })
    const row = { value: JSON.stringify(read.data), source, set_at: ctx.now(), set_by: ctx.actor.name }
    await ctx.pg
      .insertInto('compliance.dated_setting')
      .values({ name, valid_from: validFrom, ...row })
      .onConflict((conflict) => conflict.columns(['name', 'valid_from']).doUpdateSet(row))
      .execute()
    const settings = await readSettings(ctx)
    await ctx.audit.record(ctx, {
      action: 'consentSetting.change',
      subject: `setting:${name}`,
      detail: { value: row.value, validFrom, source },
    })
    return settings
  })
