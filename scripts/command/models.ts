import { chooseWord } from './choose-word.ts'
import type { Command } from './command.ts'
import { connectionUsage } from './coordinator-client.ts'
import { addModel } from './models/add-model.ts'
import { listModels } from './models/list-models.ts'
import { folderUsage } from './models/models-folder.ts'
import { pullModels } from './models/pull-models.ts'
import { useModel } from './models/use-model.ts'
import { verifyModels } from './models/verify-models.ts'

const usage = `Usage: hearth models [list]
       hearth models pull ID… [--yes]
       hearth models verify [ID…] [--accept]
       hearth models use TASK ID|none
       hearth models add FILE.onnx… --task TASK --family FAMILY --licence TEXT [options]

list     the models of this machine and, where a Hearth runs, what is in use and where
pull     downloads a model, after showing its licence; goes on where it was cut off
verify   reads the files of all models here through, or of some
use      takes a model for detect, segment, embed or faces: pictures that it has not seen are queued
add      takes an ONNX file of your own in: one file, or encoder and decoder, image and text,
         face detector and face embedder

  --yes                pull: agrees to the licence
  --accept             verify: the files are right as they are; their manifest is written anew
  --family NAME        add: how its numbers are read; one for each file where they differ
  --licence TEXT       add: under which licence you have it
  --id, --name, --source TEXT    add: what it is called, and where it is from
  --classes FILE       add: names of its classes, one a line
  --tokenizer FILE     add: tokenizer.json of a text model
  --input WxH          add: its input in pixels, where the file leaves it free
  --dimensions N       add: length of its vectors, where the file does not say
${folderUsage}

list and use also take, for a coordinator elsewhere:
${connectionUsage}

Examples:
  hearth models pull yolox-nano clip-vit-b32
  hearth models use detect yolox-nano
  hearth models add yolo11n.onnx --task detect --family yolov8 --licence AGPL-3.0`

/** `hearth models …` */
export const modelsCommand: Command = {
  usage,
  async run(args, screen) {
    const { chosen, rest } = chooseWord('models', args, {
      '': listModels,
      list: listModels,
      pull: pullModels,
      verify: verifyModels,
      use: useModel,
      add: addModel,
    })
    await chosen(rest, screen)
  },
}
