import { z } from 'zod'
import { DayWindow } from '../protocol/day-window.ts'

const Percent = z.number().min(1).max(100)

/** What the owner of a machine lets an agent do with it. The dashboard may ask for less, never for more. */
export const PowerConfig = z.object({
  sleep: z
    .object({
      command: z
        .array(z.string().min(1))
        .min(1)
        .describe(
          'Program and arguments that put this machine to sleep, such as ["systemctl", "suspend"]; no shell',
        ),
      afterMinutes: z
        .number()
        .positive()
        .max(10_080)
        .nullable()
        .default(30)
        .describe('Without work for so long it goes to sleep; null: only when somebody asks for it'),
    })
    .nullable()
    .default(null)
    .describe('null: Hearth never puts this machine to sleep'),
  keepAwake: z.boolean().default(true).describe('The system may not fall asleep by itself while jobs run'),
  relay: z
    .boolean()
    .default(true)
    .describe('Sends magic packets on its own networks when the coordinator asks'),
  worksBetween: z
    .array(DayWindow)
    .max(50)
    .default([])
    .describe('Hours in which this machine takes work, by its own clock; none: at any time'),
  yield: z
    .object({
      inputIdleMinutes: z
        .number()
        .positive()
        .max(1_440)
        .nullable()
        .default(null)
        .describe('Takes no work until nobody has touched keyboard or mouse for so long'),
      cpuPercent: Percent.nullable()
        .default(null)
        .describe('Takes no work while other programs use more of all processors'),
      gpuPercent: Percent.nullable()
        .default(null)
        .describe('Takes no work while other programs use more of the graphics card (NVIDIA)'),
      graceSeconds: z
        .number()
        .min(0)
        .max(86_400)
        .nullable()
        .default(null)
        .describe('Running jobs are given back after so long; null: they are finished'),
    })
    .prefault({})
    .describe('Makes room for whoever uses this machine'),
  limits: z
    .object({
      nice: z
        .int()
        .min(0)
        .max(19)
        .nullable()
        .default(null)
        .describe('How far other programs go first; null: 10 where yield.cpuPercent is set, else 0'),
      temperatureC: z
        .number()
        .min(30)
        .max(110)
        .nullable()
        .default(null)
        .describe('Takes no work while a sensor shows more, in °C, until it shows 5 less'),
      gpuMemoryMb: z
        .int()
        .min(64)
        .nullable()
        .default(null)
        .describe('Takes no work unless so much memory of the graphics card is free, in MB (NVIDIA)'),
    })
    .prefault({}),
})
export type PowerConfig = z.output<typeof PowerConfig>
