import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assetsFolder } from '../../vault/testing/test-assets.ts'
import { ModelManifest } from '../models/model-manifest.ts'

export const assetModelIds = [
  'yolox-nano',
  'yolov8n',
  'yolov5n',
  'fastestdet',
  'yolov8n-seg',
  'deeplabv3-pascal',
  'mobilenet-v2',
  'yunet-mobilefacenet',
  'ultraface-mobilefacenet',
] as const
export type AssetModelId = (typeof assetModelIds)[number]

type AssetModel = Pick<ModelManifest, 'name' | 'task' | 'licence' | 'parts'> & {
  dimensions?: number
  /** Paths in the folder of test media, with the SHA-256 and size that its own list states. */
  files: [path: string, sha256: string, sizeBytes: number][]
}

/**
 * The manifest of a model whose weights lie among the test media. Some of these weights must not be given away, so
 * they are no defaults; they are used where they lie, in tests only.
 */
export function assetManifest(id: AssetModelId): ModelManifest {
  const { files, ...model } = assetModels()[id]
  return ModelManifest.parse({
    id,
    source: 'test media',
    ...model,
    files: files.map(([path, sha256, sizeBytes]) => ({ name: nameOf(path), sha256, sizeBytes })),
  })
}

/** Absolute paths of its files. */
export function assetModelPaths(id: AssetModelId): string[] {
  return assetModels()[id].files.map(([path]) => join(assetsFolder, 'models', path))
}

function assetModels(): Record<AssetModelId, AssetModel> {
  const coco = readNames('detect/coco_labels_80.txt')
  const ultralytics = 'AGPL-3.0'
  const mobilefacenet: AssetModel['files'][number] = [
    'face/mobilefacenet.onnx',
    'f055d9c9a4d826d198c42666590fdefa0fdc1374a75ccb6306c3d1b1bf8f74c5',
    3_973_728,
  ]
  return {
    'yolox-nano': {
      name: 'YOLOX-Nano',
      task: 'detect',
      licence: 'Apache-2.0',
      parts: { detector: { family: 'yolox', file: 'yolox_nano.onnx', classes: coco } },
      files: [
        [
          'detect/yolox_nano.onnx',
          'd39bee73564e338080378b0ad567fbb40e818b55bbfaf971de82a0267ed16b8a',
          3_713_911,
        ],
      ],
    },
    yolov8n: {
      name: 'YOLOv8n',
      task: 'detect',
      licence: ultralytics,
      parts: { detector: { family: 'yolov8', file: 'yolov8n.onnx', classes: coco } },
      files: [
        [
          'detect/yolov8n.onnx',
          '80dc072a8da4a06566cac08156aa24a18077218525720cbb0b883b8a6186abf6',
          3_416_821,
        ],
      ],
    },
    yolov5n: {
      name: 'YOLOv5n',
      task: 'detect',
      licence: ultralytics,
      parts: { detector: { family: 'yolov5', file: 'yolov5n.onnx', classes: coco } },
      files: [
        [
          'detect/yolov5n.onnx',
          '5578eb39e28e3937ff3680dcee23026dc35b2752e6a81ac24215785e429c39dd',
          3_849_571,
        ],
      ],
    },
    fastestdet: {
      name: 'FastestDet',
      task: 'detect',
      licence: 'BSD-3-Clause',
      parts: { detector: { family: 'fastestdet', file: 'FastestDet.onnx', classes: coco } },
      files: [
        [
          'detect/FastestDet.onnx',
          '31cb14c017fce347cb4c846ec62fdf00d76bb3beecdf4be21e7116ac67feb880',
          998_169,
        ],
      ],
    },
    'yolov8n-seg': {
      name: 'YOLOv8n-seg',
      task: 'segment',
      licence: ultralytics,
      parts: { detector: { family: 'yolov8-seg', file: 'yolov8n-seg.onnx', classes: coco } },
      files: [
        [
          'segment/yolov8n-seg.onnx',
          'b6d7778d101172c67e25c827193606d30ba1c4838843aa344a505f5d223ef131',
          3_607_692,
        ],
      ],
    },
    'deeplabv3-pascal': {
      name: 'DeepLab v3',
      task: 'segment',
      licence: 'Apache-2.0',
      parts: {
        detector: {
          family: 'deeplab',
          file: 'deeplabv3_mnv2_pascal.onnx',
          // The lines after the names say where they come from.
          classes: readNames('segment/pascal_voc_labels.txt').slice(0, 21),
        },
      },
      files: [
        [
          'segment/deeplabv3_mnv2_pascal.onnx',
          '5bf1e67e838ed1b1e385b93680651685972f1f74f10742c5c283ddec074add1a',
          2_176_363,
        ],
      ],
    },
    'mobilenet-v2': {
      name: 'MobileNet v2',
      task: 'embed',
      licence: 'Apache-2.0',
      dimensions: 1_280,
      parts: {
        image: { family: 'imagenet-classifier', file: 'mobilenet_v2_imagenet.onnx' },
        text: {
          family: 'label-vectors',
          file: 'mobilenet_v2_label_vectors.onnx',
          classFile: 'imagenet_labels.txt',
        },
      },
      files: [
        [
          'embed/mobilenet_v2_imagenet.onnx',
          '0ea7bc78e57bdaac0078090609227ba5126fea8504975abef935a737cc685e92',
          3_571_242,
        ],
        [
          'embed/mobilenet_v2_label_vectors.onnx',
          '7b2df92bc720da65e1fc511993c266785236f45eea4fbde57720f8ccae2cda11',
          1_285_570,
        ],
        [
          'embed/imagenet_labels.txt',
          'b8aaeb5630c62626a7d124a05c0e14230a7ffdd2136a31d0190a4fb71c1d82f1',
          21_686,
        ],
      ],
    },
    'yunet-mobilefacenet': {
      name: 'YuNet and MobileFaceNet',
      task: 'faces',
      licence: 'none stated',
      dimensions: 128,
      parts: {
        detector: { family: 'yunet', file: 'yunet_n_640.onnx' },
        embedder: { family: 'mobilefacenet', file: 'mobilefacenet.onnx' },
      },
      files: [
        [
          'face/yunet_n_640.onnx',
          '25a606a145a5b6d7271ae138fbd00eba91dad8b83222ae3f2c7ecd0f4a7b0e31',
          317_466,
        ],
        mobilefacenet,
      ],
    },
    'ultraface-mobilefacenet': {
      name: 'UltraFace and MobileFaceNet',
      task: 'faces',
      licence: 'none stated',
      dimensions: 128,
      parts: {
        detector: { family: 'ultraface', file: 'ultraface_version-RFB-320.onnx' },
        embedder: { family: 'mobilefacenet', file: 'mobilefacenet.onnx' },
      },
      files: [
        [
          'face/ultraface_version-RFB-320.onnx',
          '34cd7e60aeff28744c657de7a3dc64e872d506741de66987f3426f2b79f88017',
          1_270_727,
        ],
        mobilefacenet,
      ],
    },
  }
}

function readNames(path: string): string[] {
  return readFileSync(join(assetsFolder, 'models', path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
