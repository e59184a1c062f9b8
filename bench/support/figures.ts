import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** What a figure has to hold: a bound on the value itself or on its ratio to what it is measured against. */
export interface Target {
  of: 'value' | 'ratio'
  least?: number
  most?: number
}

export interface Figure {
  /** What was measured, for example `batches of 100`. */
  figure: string
  value: number
  unit: string
  target?: Target
  /** What it is compared with in the same run. */
  against?: string
  /** Value divided by that of `against`. */
  ratio?: number | undefined
}

export interface Report {
  add(figure: Figure): void
  /** Progress, on standard error. */
  say(text: string): void
  /** Prints the table, or nothing more when every figure went out as a line of JSON. */
  end(): void
}

/**
 * Figures of one benchmark: a table for people at the end, or with `json` a line each as they come.
 * The machine's load goes in first and last, because speeds mean little without it.
 */
export const openReport = (bench: string, { json }: { json: boolean }): Report => {
  const figures: Figure[] = []
  const add = (figure: Figure) => {
    figures.push(figure)
    if (!json) return
    const { figure: name, value, unit, target, against, ratio } = figure
    process.stdout.write(
      `${JSON.stringify({
        bench,
        figure: name,
        value: rounded(value),
        unit,
        target: target ? targetText(target) : null,
        against: against ?? null,
        ratio: ratio === undefined ? null : rounded(ratio),
      })}\n`,
    )
  }
  const load = (when: string) =>
    add({
      figure: `load average ${when}`,
      value: loadavg()[0] ?? 0,
      unit: 'processes',
      against: 'processors',
      ratio: (loadavg()[0] ?? 0) / availableParallelism(),
    })
  load('before')
  return {
    add,
    say: (text) => void process.stderr.write(`${text}\n`),
    end: () => {
      load('after')
      if (!json) process.stdout.write(table(bench, figures))
    },
  }
}

const rounded = (value: number): number => Number(value.toPrecision(value >= 1_000 ? 6 : 4))

const targetText = ({ of, least, most }: Target): string => {
  const bounds = [least !== undefined && `>= ${least}`, most !== undefined && `<= ${most}`].filter(Boolean)
  return `${of} ${bounds.join(' and ')}`
}

/** Whether a figure holds its target; undefined when it has none. */
export const holds = ({ value, ratio, target }: Figure): boolean | undefined => {
  const measured = target?.of === 'ratio' ? ratio : value
  if (!target || measured === undefined) return undefined
  return (
    (target.least === undefined || measured >= target.least) && (target.most === undefined || measured <= target.most)
  )
}

const shown = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3 })

const table = (bench: string, figures: readonly Figure[]): string => {
  const rows = figures.map((figure) => {
    const held = holds(figure)
    return [
      figure.figure,
      shown(figure.value),
      figure.unit,
      figure.ratio === undefined ? '' : shown(figure.ratio),
      figure.against ?? '',
      figure.target ? targetText(figure.target) : '',
      held === undefined ? '' : held ? 'held' : 'MISSED',
    ]
  })
  const all = [['figure', 'value', 'unit', 'ratio', 'against', 'target', ''], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  const lines = all.map((row) =>
    row
      .map((cell, column) =>
        column === 1 || column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  return `\n${bench}, ${new Date().toISOString().slice(0, 10)}, ${machine()}\n\n${lines.join('\n')}\n`
}

const machine = (): string =>
  `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'processor'}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}`

/** Resident memory of a process now and at its highest, in MB; undefined where the kernel does not say. */
export const memoryOf = (pid: number): { nowMb: number; peakMb: number } | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1_000
    return { nowMb: read('VmRSS'), peakMb: read('VmHWM') }
  } catch {
    return undefined
  }
}

/** Processor seconds a process has used, all its threads; NaN where the kernel does not say. */
export const processorSeconds = (pid: number): number => {
  try {
    // After the name in parentheses: state is field 3, utime and stime are 14 and 15, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return Number.NaN
  }
}

export const median = (values: readonly number[]): number => percentile(values, 50)

/** Nearest-rank percentile, 0 to 100; NaN of an empty list. */
export const percentile = (values: readonly number[], rank: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  if (rank === 50 && sorted.length > 0 && sorted.length % 2 === 0) {
    const half = sorted.length / 2
    return ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
  }
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN
}

/** Waits until a process has finished what it still does in the background (merges), for so many seconds at most. */
export const untilQuiet = async (pid: number, seconds: number): Promise<void> => {
  const until = performance.now() + seconds * 1_000
  do {
    const before = processorSeconds(pid)
    await sleep(300)
    if (!(processorSeconds(pid) - before > 0.06)) return
  } while (performance.now() < until)
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
