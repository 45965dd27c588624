/** What drivers of GPUs on Linux open: NVIDIA's, AMD's, and the general ones. Those that are not there need no right. */
export const gpuDevices: readonly string[] = [
  ...[
    '/dev/nvidiactl',
    '/dev/nvidia-uvm',
    '/dev/nvidia-uvm-tools',
    '/dev/nvidia-modeset',
    '/dev/nvidia-caps',
  ],
  ...Array.from({ length: 8 }, (_, at) => `/dev/nvidia${at}`),
  ...['/dev/dri', '/dev/kfd'],
]

/** What they look at when they start. */
export const gpuReads: readonly string[] = [
  ...['/proc/driver/nvidia', '/proc/modules', '/proc/devices', '/proc/filesystems'],
  ...['/sys/module', '/sys/bus/pci', '/sys/devices', '/sys/class/drm', '/etc/vulkan', '/etc/OpenCL'],
]
