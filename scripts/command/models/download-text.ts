import { describeSize } from './describe-size.ts'

const BAR_LENGTH = 24

export type DownloadState = {
  name: string
  receivedBytes: number
  sizeBytes: number
  /** Null until there is something to go by. */
  bytesPerSecond: number | null
}

/** The live line of a download: `yolox_nano.onnx ██████░░░░ 45 % · 1.6 MB of 3.7 MB · 2.1 MB/s · 1 s left`. */
export function downloadText({ name, receivedBytes, sizeBytes, bytesPerSecond }: DownloadState): string {
  const share = Math.min(1, receivedBytes / sizeBytes)
  const full = Math.round(share * BAR_LENGTH)
  const bar = '█'.repeat(full) + '░'.repeat(BAR_LENGTH - full)
  const parts = [
    `${name} ${bar} ${Math.floor(share * 100)} %`,
    `${describeSize(receivedBytes)} of ${describeSize(sizeBytes)}`,
  ]
  if (bytesPerSecond !== null && bytesPerSecond > 0) {
    parts.push(`${describeSize(bytesPerSecond)}/s`)
    if (share < 1) parts.push(`${duration((sizeBytes - receivedBytes) / bytesPerSecond)} left`)
  }
  return parts.join(' · ')
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`
}
