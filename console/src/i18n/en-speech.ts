import kit from 'antd/locale/en_US'
import { en } from './en.ts'
import type { Speech } from './speech.ts'

export const speech: Speech = { text: en, kit }
