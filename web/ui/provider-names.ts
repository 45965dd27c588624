const names: Record<string, string> = {
  tensorrt: 'TensorRT',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
  webgpu: 'WebGPU',
  cpu: 'the processor',
}

/** What people call an execution provider of ONNX Runtime. */
export function providerName(provider: string): string {
  return names[provider] ?? provider
}
