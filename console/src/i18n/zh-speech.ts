// Months and weekdays of the date picker.
import 'dayjs/locale/zh-cn'
import kit from 'antd/locale/zh_CN'
import type { Speech } from './speech.ts'
import { zh } from './zh.ts'

export const speech: Speech = { text: zh, kit }
