// One row of bars with numbers on them: histograms, and bars that lie down for names.
import { count } from '@/shared/amount'
import { axis, chartOption, token, type EChartsOption } from './echarts'

export interface Bar {
  name: string
  value: number
  tip: string // what the tooltip says
  text?: string // on the bar; otherwise the number
  colour?: string // token; otherwise the brand's
}

const item = (bar: Bar) => ({ value: bar.value, itemStyle: { color: token(bar.colour ?? 'brand') } })
const tips = (bars: Bar[]) => ({
  axisPointer: { type: 'shadow' as const },
  formatter: (raw: unknown) => bars[(raw as { dataIndex: number }[])[0]?.dataIndex ?? 0]?.tip ?? '',
})
const onBar = (bars: Bar[]) => ({
  show: true,
  color: token('ink'),
  formatter: (raw: unknown) => {
    const bar = bars[(raw as { dataIndex: number }).dataIndex]!
    return bar.text ?? (bar.value > 0 ? count(bar.value) : '')
  },
})

export function standing(bars: Bar[]): EChartsOption {
  return chartOption({
    xAxis: { type: 'category', data: bars.map((bar) => bar.name), ...axis(), axisTick: { show: false } },
    yAxis: { type: 'value', minInterval: 1, ...axis() },
    tooltip: tips(bars),
    series: [{ type: 'bar', barCategoryGap: '12%', data: bars.map(item), label: { ...onBar(bars), position: 'top' } }],
  })
}
export function lying(bars: Bar[]): EChartsOption {
  return chartOption({
    grid: { left: 8, right: 96, top: 8, bottom: 4, containLabel: true },
    xAxis: { type: 'value', ...axis(), axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: { type: 'category', inverse: true, data: bars.map((bar) => bar.name), ...axis(), axisTick: { show: false } },
    tooltip: tips(bars),
    series: [{ type: 'bar', barMaxWidth: 26, data: bars.map(item), label: { ...onBar(bars), position: 'right' } }],
  })
}
