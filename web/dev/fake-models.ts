import type { ModelView, TaskView } from '../../protocol/detections.ts'
import { AppError } from '../../protocol/errors.ts'
import type { ProviderReport, VisionTask } from '../../protocol/models.ts'
import type { Scenario } from './fake-world.ts'

type OnMachine = ModelView['machines'][number]

const stages = { fetch: 0.6, decode: 3.1, prepare: 1.4, infer: 3.2, read: 0.2 }
const ready: OnMachine = {
  agent: 'workshop',
  online: true,
  state: 'ready',
  reason: null,
  provider: 'cuda',
  batch: 16,
  picturesPerSecond: 118,
  stagesMs: stages,
}

/** With what a machine runs its models; on one where everything goes wrong, with nothing. */
export function fakeProviders(isBroken: boolean): ProviderReport[] {
  const tensorrt = { provider: 'tensorrt', works: false, reason: 'not part of this build of ONNX Runtime' }
  if (!isBroken) return [tensorrt, { provider: 'cuda', works: true, reason: null, sessions: 2, threads: 1 }]
  const reason =
    'its library is not here: with an NVIDIA GPU, run node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install and install CUDA 12 with cuDNN 9'
  return [
    tensorrt,
    { provider: 'cuda', works: false, reason },
    { provider: 'cpu', works: false, reason: 'its self-test gave 0, 0 instead of 0.16882, 0.068147' },
  ]
}

/** The models of an invented house, as far as they have come there. */
export function fakeTasks(scenario: Scenario, assets: number): TaskView[] {
  if (assets === 0 || scenario === 'no-agent') return tasks.map((task) => bareTask(task, assets))
  const [detect, segment, embed, faces] = tasks.map((task) => bareTask(task, assets)) as [
    TaskView,
    TaskView,
    TaskView,
    TaskView,
  ]
  const open = Math.round(assets * 0.176)
  const all = [
    inUse(detect, [yolox, detr]),
    inUse(segment, [sam]),
    {
      ...inUse(embed, [clip, imagenet]),
      done: assets - open,
      open,
      etaSeconds: 10_800,
    },
    { ...inUse(faces, [yunet]), problems: 3 },
  ]
  return scenario === 'broken' ? all.map(asBroken) : all
}

const tasks: readonly VisionTask[] = ['detect', 'segment', 'embed', 'faces']

function bareTask(task: VisionTask, total: number): TaskView {
  const pull = { detect: 'yolox-nano', segment: 'mobile-sam', embed: 'clip-vit-b-32', faces: 'yunet' }[task]
  return {
    task,
    inUse: null,
    models: [],
    total,
    done: 0,
    problems: 0,
    open: 0,
    etaSeconds: null,
    waitsFor: `No model for this yet: run \`hearth models pull ${pull}\` on a machine with a worker`,
  }
}

function inUse(task: TaskView, models: ModelView[]): TaskView {
  return { ...task, inUse: models[0]?.key ?? null, models, done: task.total, waitsFor: null }
}

/** The machine of one task is away, the model of another is not what it should be. */
function asBroken(task: TaskView): TaskView {
  const [first, ...others] = task.models
  if (!first) return task
  if (task.task === 'embed') {
    const reason =
      'clip-vit-b-32/visual.onnx is not what its manifest says: run `hearth models verify clip-vit-b-32`'
    const machine: OnMachine = {
      ...ready,
      state: 'broken',
      reason,
      provider: null,
      batch: null,
      picturesPerSecond: null,
      stagesMs: null,
    }
    return {
      ...task,
      etaSeconds: null,
      waitsFor: reason,
      models: [{ ...first, machines: [machine] }, ...others],
    }
  }
  if (task.task !== 'detect') return task
  const waitsFor = 'YOLOX-Nano is on “workshop” only, which is not connected'
  const machines = [{ ...ready, online: false }]
  return { ...task, done: task.total - 900, open: 900, waitsFor, models: [{ ...first, machines }, ...others] }
}

const yolox: ModelView = {
  key: 'yolox-nano@3f1c0a9b77de',
  id: 'yolox-nano',
  name: 'YOLOX-Nano',
  task: 'detect',
  family: 'yolox',
  licence: 'Apache-2.0',
  source: 'https://github.com/Megvii-BaseDetection/YOLOX',
  dimensions: null,
  queries: 'none',
  promptable: false,
  machines: [ready],
}
const detr: ModelView = {
  ...yolox,
  key: 'rt-detr-r18@90b1c2d3e4f5',
  id: 'rt-detr-r18',
  name: 'RT-DETR R18',
  family: 'rt-detr',
  source: 'https://github.com/lyuwenyu/RT-DETR',
  machines: [
    {
      ...ready,
      state: 'missing',
      reason: 'Its files are not here: run `hearth models pull rt-detr-r18`',
      provider: null,
      batch: null,
      picturesPerSecond: null,
      stagesMs: null,
    },
  ],
}
const sam: ModelView = {
  ...yolox,
  key: 'mobile-sam@11aa22bb33cc',
  id: 'mobile-sam',
  name: 'MobileSAM',
  task: 'segment',
  family: 'sam',
  source: 'https://github.com/ChaoningZhang/MobileSAM',
  promptable: true,
  machines: [{ ...ready, batch: 1, picturesPerSecond: null, stagesMs: null }],
}
const clip: ModelView = {
  ...yolox,
  key: 'clip-vit-b-32@abcdef012345',
  id: 'clip-vit-b-32',
  name: 'CLIP ViT-B/32',
  task: 'embed',
  family: 'clip',
  licence: 'MIT',
  source: 'https://github.com/openai/CLIP',
  dimensions: 512,
  queries: 'text',
  machines: [{ ...ready, batch: 64, picturesPerSecond: 204, stagesMs: { ...stages, infer: 1.9 } }],
}
const imagenet: ModelView = {
  ...clip,
  key: 'mobilenet-v2@5566778899aa',
  id: 'mobilenet-v2',
  name: 'MobileNet V2 (ImageNet)',
  family: 'classifier',
  licence: 'Apache-2.0',
  queries: 'words',
  dimensions: 1_000,
}
const yunet: ModelView = {
  ...yolox,
  key: 'yunet-mobilefacenet@0102030405ff',
  id: 'yunet-mobilefacenet',
  name: 'YuNet + MobileFaceNet',
  task: 'faces',
  family: 'yunet + mobilefacenet',
  licence: 'MIT, Apache-2.0',
  machines: [{ ...ready, picturesPerSecond: 96, stagesMs: { ...stages, infer: 5.4 } }],
}

/** The routes of models over an invented list. */
export function modelHandlers(world: { tasks: TaskView[] }, tell: (tasks: TaskView[]) => void) {
  const change = (task: VisionTask, how: (known: TaskView) => TaskView) => {
    world.tasks = world.tasks.map((known) => (known.task === task ? how(known) : known))
    tell(world.tasks)
    return { queued: world.tasks.find((known) => known.task === task)?.open ?? 0 }
  }
  return {
    listModels: () => ({ tasks: world.tasks }),
    chooseModel: ({ params, body }: { params: { task: VisionTask }; body: { key: string | null } }) =>
      change(params.task, (known) => {
        if (body.key !== null && !known.models.some(({ key }) => key === body.key))
          throw new AppError('not_found', `No machine has told of a model ${body.key}`)
        const open = body.key === null ? 0 : known.total
        return { ...known, inUse: body.key, done: 0, open, etaSeconds: null, waitsFor: null }
      }),
    runModel: ({ params, body }: { params: { task: VisionTask }; body: { which: 'missing' | 'all' } }) =>
      change(params.task, (known) => ({
        ...known,
        done: body.which === 'all' ? 0 : known.done,
        open: body.which === 'all' ? known.total : known.total - known.done,
      })),
  }
}
