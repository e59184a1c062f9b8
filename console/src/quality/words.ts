/** What this area says; joined with the rest in `../i18n/zh.ts` and `../i18n/en.ts`. */
export const zh = {
  words: {
    title: '数据质量',
  },
  problems: {},
  actions: {},
}

export const en: typeof zh = {
  words: {
    title: 'Data quality',
  },
  problems: {},
  actions: {},
}
