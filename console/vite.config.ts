import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * A file of words holds both languages side by side; `i18n/zh.ts` and `i18n/en.ts` each get a copy of their own, from which
 * the other language is shaken out. Else both languages would share one chunk, and everybody would load both.
 */
const wordsByLanguage: Plugin = {
  name: 'words-by-language',
  enforce: 'pre',
  async resolveId(source, importer) {
    const language = /\/i18n\/(zh|en)\.ts$/.exec(importer ?? '')?.[1]
    if (!language || !source.endsWith('words.ts')) return null
    const words = await this.resolve(source, importer, { skipSelf: true })
    return words && `${words.id}?${language}`
  },
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [wordsByLanguage, react()],
  server: { proxy: { '/api': process.env.ZHIYIN_URL ?? 'http://127.0.0.1:8787' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The size check reads the import graph of the entry from here.
    manifest: true,
    // The content security policy allows fonts and scripts from our own address only: nothing becomes a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
})
