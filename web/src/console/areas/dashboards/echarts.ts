// The parts of ECharts that our charts use; imported by pages of dashboards alone, so that nobody else
// loads it. Under the strict policy tooltips are drawn into the canvas (renderMode 'richText').
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import { init, use, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { EChartsOption, TooltipComponentOption } from 'echarts'

use([BarChart, HeatmapChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, CanvasRenderer])

export type { ECharts, EChartsOption }

export const beginChart = (box: HTMLElement): ECharts => init(box, undefined, { renderer: 'canvas' })

/** A colour of tokens.css, as canvas needs it. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

const still = matchMedia('(prefers-reduced-motion: reduce)')

/** What all charts have alike, and `own` over it. */
export function chartOption(own: EChartsOption): EChartsOption {
  const tooltip: TooltipComponentOption = {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    backgroundColor: token('paper'),
    borderColor: token('line-strong'),
    textStyle: { color: token('ink'), fontFamily: token('font'), fontSize: 13 },
  }
  return {
    animation: !still.matches,
    animationDuration: 250,
    textStyle: { fontFamily: token('font'), color: token('ink-soft') },
    grid: { left: 8, right: 16, top: 28, bottom: 4, containLabel: true },
    ...own,
    tooltip: { ...tooltip, ...(own.tooltip as TooltipComponentOption | undefined) },
  }
}

/** Lines of axes as they are drawn on our paper. */
export const axis = () => ({
  axisLine: { lineStyle: { color: token('line-strong') } },
  axisLabel: { color: token('ink-soft'), hideOverlap: true },
  splitLine: { lineStyle: { color: token('line') } },
  nameTextStyle: { color: token('ink-soft') },
})
