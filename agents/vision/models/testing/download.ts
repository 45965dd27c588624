import { toErrorBody } from '../../../../protocol/errors.ts'
import { downloadFile } from '../download-file.ts'

/** A download of a test in a process of its own: URL, path, SHA-256, size. Prints the error, or null. */
const [url = '', path = '', sha256 = '', size] = process.argv.slice(2)
const error = await downloadFile({ name: 'model.onnx', url, sha256, sizeBytes: Number(size) }, path).then(
  () => null,
  toErrorBody,
)
process.stdout.write(JSON.stringify(error))
