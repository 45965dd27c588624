/** Numbers of Linux system calls on one kind of processor, and the name of that kind in a call filter. */
export type SystemCalls = {
  /** `AUDIT_ARCH_…` of `linux/audit.h`. */
  auditArch: number
  /** Numbers from here on belong to another binary interface of the same processor; null when there is none. */
  foreignFrom: number | null
  prctl: number
  capset: number
  setrlimit: number
  clone: number
  /** Among the refused; allowed to whoever writes files for others. */
  fchown: number
  /** Refused with EPERM. */
  refused: readonly number[]
  /** Answered as by a kernel that does not have them, so that libraries use something older. */
  unknown: readonly number[]
}

/** Calls that came after all processors were given the same numbers. */
const everywhere = {
  refused: {
    pidfd_getfd: 438,
    open_tree: 428,
    move_mount: 429,
    fsopen: 430,
    fsconfig: 431,
    fsmount: 432,
    fspick: 433,
    mount_setattr: 442,
    fchmodat2: 452,
    setxattrat: 463,
    removexattrat: 466,
    open_tree_attr: 467,
    file_setattr: 469,
  },
  // io_uring can open sockets without the call `socket`; a filter cannot see the flags of clone3.
  unknown: { io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427, clone3: 435 },
}

/**
 * What a decoder never needs. Sockets of any family, so that neither the network nor a service of this machine can
 * be reached; other processes; mounts and namespaces; the attributes of files, which Landlock does not
 * guard; and what only root may do anyway. Pairs of connected sockets stay: that is how our processes talk.
 */
const refusedOnX64 = {
  ...{ socket: 41, connect: 42, accept: 43, bind: 49, listen: 50, accept4: 288 },
  ...{ ptrace: 101, process_vm_readv: 310, process_vm_writev: 311, kcmp: 312 },
  ...{ mount: 165, umount2: 166, pivot_root: 155, chroot: 161, unshare: 272, setns: 308 },
  ...{ chmod: 90, fchmod: 91, fchmodat: 268, chown: 92, fchown: 93, lchown: 94, fchownat: 260 },
  ...{ utime: 132, utimes: 235, futimesat: 261, utimensat: 280, truncate: 76 },
  ...{ setxattr: 188, lsetxattr: 189, fsetxattr: 190, removexattr: 197, lremovexattr: 198 },
  ...{ fremovexattr: 199, open_by_handle_at: 304 },
  ...{ keyctl: 250, add_key: 248, request_key: 249, bpf: 321, perf_event_open: 298, userfaultfd: 323 },
  ...{ init_module: 175, finit_module: 313, delete_module: 176, kexec_load: 246, kexec_file_load: 320 },
  ...{ reboot: 169, swapon: 167, swapoff: 168, quotactl: 179, acct: 163, syslog: 103 },
  ...{ settimeofday: 164, clock_settime: 227, clock_adjtime: 305, adjtimex: 159 },
  ...{ sethostname: 170, setdomainname: 171, iopl: 172, ioperm: 173 },
}

/** The same, without what this younger processor never had. */
const refusedOnArm64 = {
  ...{ socket: 198, connect: 203, accept: 202, bind: 200, listen: 201, accept4: 242 },
  ...{ ptrace: 117, process_vm_readv: 270, process_vm_writev: 271, kcmp: 272 },
  ...{ mount: 40, umount2: 39, pivot_root: 41, chroot: 51, unshare: 97, setns: 268 },
  ...{ fchmod: 52, fchmodat: 53, fchown: 55, fchownat: 54, utimensat: 88, truncate: 45 },
  ...{ setxattr: 5, lsetxattr: 6, fsetxattr: 7, removexattr: 14, lremovexattr: 15, fremovexattr: 16 },
  ...{ open_by_handle_at: 265, keyctl: 219, add_key: 217, request_key: 218 },
  ...{ bpf: 280, perf_event_open: 241, userfaultfd: 282 },
  ...{ init_module: 105, finit_module: 273, delete_module: 106, kexec_load: 104, kexec_file_load: 294 },
  ...{ reboot: 142, swapon: 224, swapoff: 225, quotactl: 60, acct: 89, syslog: 116 },
  ...{ settimeofday: 170, clock_settime: 112, clock_adjtime: 266, adjtimex: 171 },
  ...{ sethostname: 161, setdomainname: 162 },
}

const byProcessor: Partial<Record<string, SystemCalls>> = {
  x64: {
    auditArch: 0xc000003e,
    foreignFrom: 0x40000000,
    ...{ prctl: 157, capset: 126, setrlimit: 160, clone: 56, fchown: 93 },
    refused: [...Object.values(refusedOnX64), ...Object.values(everywhere.refused)],
    unknown: Object.values(everywhere.unknown),
  },
  arm64: {
    auditArch: 0xc00000b7,
    foreignFrom: null,
    ...{ prctl: 167, capset: 91, setrlimit: 164, clone: 220, fchown: 55 },
    refused: [...Object.values(refusedOnArm64), ...Object.values(everywhere.refused)],
    unknown: Object.values(everywhere.unknown),
  },
}

/** @param processor as in `process.arch`; undefined for one that no numbers are known of */
export function findSystemCalls(processor: string): SystemCalls | undefined {
  return byProcessor[processor]
}
