/** What this area says; joined with the rest in `../i18n/zh.ts` and `../i18n/en.ts`. */
export const zh = {
  words: {
    title: '挖掘',
  },
  problems: {},
  actions: {},
}

export const en: typeof zh = {
  words: {
    title: 'Mining',
  },
  problems: {},
  actions: {},
}
