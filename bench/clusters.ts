/*
 * k-means over made-up customers beside scikit-learn's KMeans on the same points, where Python has it (Debian:
 * python3-sklearn): time, and the inertia reached. Both begin with k-means++ and run until they settle.
 *
 *   npm run bench -- clusters [--json] [--points 1000000] [--width 20] [--k 8] [--rounds 3]
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kMeans, miniBatch } from '../src/insights/mining/clusters/kmeans.ts'
import type { Points } from '../src/insights/mining/clusters/points.ts'
import { randomOf } from '../src/insights/mining/random.ts'
import { median, openReport } from './support/figures.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const { points, width, k, rounds, json } = readOptions('clusters', {
  points: [1_000_000, 'points'],
  width: [20, 'features'],
  k: [8, 'clusters'],
  rounds: [3, 'runs of each'],
})
const report = openReport('clusters', { json })

/** Heaps that overlap: 12 centres, each feature normal around them, so that no number of clusters fits exactly. */
const madeUp = (): Points => {
  const random = randomOf(3)
  const centres = Array.from({ length: 12 }, () => Float32Array.from({ length: width }, () => random.normal() * 1.5))
  const values = new Float32Array(points * width)
  for (let i = 0; i < points; i++) {
    const centre = centres[random.below(centres.length)] ?? new Float32Array(width)
    for (let w = 0; w < width; w++) values[i * width + w] = (centre[w] ?? 0) + random.normal()
  }
  return { values, count: points, width }
}

report.say(`making ${points} × ${width}`)
const data = madeUp()
const size = `${points.toLocaleString('en-US')} × ${width}, k ${k}`

const theirs = (name: 'KMeans' | 'MiniBatchKMeans'): { seconds: number; inertia: number } | undefined => {
  const dir = scratchDir()
  const file = join(dir, 'points.f32')
  writeFileSync(file, new Uint8Array(data.values.buffer))
  const more = name === 'KMeans' ? '' : ', batch_size=4096'
  const script = `
import json, sys, time
import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
x = np.fromfile(${JSON.stringify(file)}, dtype=np.float32).reshape(-1, ${width})
times, inertias = [], []
for seed in range(${rounds}):
    start = time.perf_counter()
    model = ${name}(n_clusters=${k}, n_init=1, random_state=seed${more}).fit(x)
    times.append(time.perf_counter() - start)
    inertias.append(float(model.inertia_))
print(json.dumps({"seconds": float(np.median(times)), "inertia": float(np.median(inertias))}))
`
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script], { encoding: 'utf8', maxBuffer: 1e7 })
  if (status === 0) return JSON.parse(stdout) as { seconds: number; inertia: number }
  report.say(
    stderr.includes('sklearn') || stderr.includes('numpy') ? 'Python has no scikit-learn here: ours alone' : stderr,
  )
  return undefined
}

const measured = (run: typeof kMeans | typeof miniBatch) => {
  const times: number[] = []
  const inertias: number[] = []
  let iterations = 0
  for (let seed = 0; seed < rounds; seed++) {
    const startedAt = performance.now()
    const found = run(data, { k, random: randomOf(seed + 1) })
    times.push((performance.now() - startedAt) / 1_000)
    inertias.push(found.inertia)
    iterations = found.iterations
  }
  return { seconds: median(times), inertia: median(inertias), iterations }
}

for (const [name, run, bound] of [
  ['KMeans', kMeans, 1],
  ['MiniBatchKMeans', miniBatch, 2],
] as const) {
  const ours = measured(run)
  const peer = theirs(name)
  const figure = `${name === 'KMeans' ? 'k-means' : 'mini-batches'}, ${size}`
  report.say(`${figure}: ${ours.iterations} iterations in the last run`)
  if (peer) report.add({ figure: `${figure}, scikit-learn`, value: peer.seconds, unit: 's' })
  report.add({
    figure,
    value: ours.seconds,
    unit: 's',
    ...(peer && {
      target: { of: 'ratio' as const, most: bound },
      against: `scikit-learn ${name}`,
      ratio: ours.seconds / peer.seconds,
    }),
  })
  report.add({
    figure: `${figure}, inertia per point`,
    value: ours.inertia / points,
    unit: '',
    ...(peer && {
      target: { of: 'ratio' as const, most: 1.01 },
      against: `scikit-learn ${name}`,
      ratio: ours.inertia / peer.inertia,
    }),
  })
}
report.end()
