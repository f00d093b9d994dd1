import { styleText } from 'node:util'
import { createLogUpdate } from 'log-update'
import { eventLine } from '@deploy-kit/release'
import type { Screen } from './screen.ts'
import type { Scene } from './scenes.ts'
import type { TrafficCount } from './traffic.ts'
import { endLine } from './words.ts'

interface Row {
  readonly scene: Scene
  weight: number
  text: string
  state: 'running' | 'good' | 'bad'
}

const barWidth = 20
/** Columns of a terminal that does not say how many it has. */
const narrow = 80
const everyMs = 100

/** A table that is drawn again ten times a second: a row a release, with its weight as a bar and the judge's last word. */
export const liveScreen = (stream: NodeJS.WriteStream): Screen => {
  const draw = createLogUpdate(stream)
  const rows: Row[] = []
  const said: string[] = []
  let count: TrafficCount | undefined
  const rowOf = (scene: Scene): Row | undefined => rows.find((row) => row.scene === scene)
  const render = (): void =>
    draw([...said, '', ...rows.flatMap((row) => linesOf(row, stream.columns || narrow)), '', trafficLine(count)].join('\n'))
  const timer = setInterval(render, everyMs)
  return {
    say: (text) => void said.push(text),
    begin: (scene) => void rows.push({ scene, weight: 0, text: 'preparing', state: 'running' }),
    event: (scene, event, traffic) => {
      const row = rowOf(scene)
      if (row === undefined) return
      count = traffic ?? count
      row.weight = event.event.type === 'promoted' ? 100 : event.phase === 'watching' || event.phase === 'promoted' ? 100 : event.weight
      row.text = eventLine(event) ?? row.text
    },
    note: (scene, text) => {
      const row = rowOf(scene)
      if (row !== undefined) row.text = text
    },
    end: (release) => {
      const row = rows.find(({ scene }) => scene.name === release.name)
      if (row === undefined) return
      row.text = endLine(release)
      row.state = release.ok ? 'good' : 'bad'
      row.weight = release.outcome === 'promoted' ? 100 : 0
    },
    close: () => {
      clearInterval(timer)
      render()
      draw.done()
    },
  }
}

const marks = { running: styleText('cyan', '›'), good: styleText('green', '✔'), bad: styleText('red', '✖') } as const

const linesOf = ({ scene, weight, text, state }: Row, columns: number): readonly string[] => {
  const full = Math.round((weight / 100) * barWidth)
  const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
  return [
    `${marks[state]} ${styleText('bold', scene.version)}  ${styleText('cyan', bar)} ${String(weight).padStart(3)} %  ${scene.title}`,
    styleText('dim', `       ${text}`.slice(0, columns)),
  ]
}

const trafficLine = (count: TrafficCount | undefined): string =>
  count === undefined
    ? 'no traffic yet'
    : `requests ${count.sent}   lost ${count.lost}   failed ${count.failed}   longest gap ${count.longestGapMs} ms`
