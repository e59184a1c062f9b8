import { GraphChart, ScatterChart } from 'echarts/charts'
import { use } from 'echarts/core'

export { PictureChart } from '../insights/picture-chart.tsx'

use([ScatterChart, GraphChart])
