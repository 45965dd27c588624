# Puts itself into a cage and becomes another program: launcher.pl STEP... -- PROGRAM ARGUMENT...
#
# In Perl, because ExifTool needs Perl anyway, it starts in 3 ms, and it can make any system call. The steps
# are made by cage-steps.ts and taken in their order; one that fails ends this process with status 125, so
# that nothing ever runs with less of a cage than was asked for. After "probe" a step that fails is told on
# standard output instead, and the next one is taken.
#
# Constants and layouts are those of linux/landlock.h, linux/prctl.h, linux/capability.h and linux/seccomp.h.
use strict;

my ($PDEATHSIG, $CAPBSET_DROP, $SET_SECCOMP, $NO_NEW_PRIVS) = (1, 24, 22, 38);
my ($O_PATH, $CREATE_RULESET, $ADD_RULE, $RESTRICT_SELF, $PATH_BENEATH) = (0x200000, 444, 445, 446, 1);
# Rights to a folder and all below it: r read, x also execute, w also write and make and remove, d a device.
my %RIGHTS = (r => 0x000c, x => 0x000d, w => 0x71be, d => 0x8006);
my $RIGHTS_OF_FILES = 0xc007;
my $EINVAL = 22;

my ($is_probe, $prctl, $capset, $setrlimit, $ruleset, $handled, $step, @kept);

sub fail {
  my $reason = shift || "$!";
  if ($is_probe) { $| = 1; print "$step->[0]\t$reason\n"; return; }
  print STDERR "hearth: the cage cannot be made: $step->[0]: $reason\n";
  exit 125;
}

sub unhex { pack 'H*', $_[0] }

my %steps = (
  probe => sub { $is_probe = 1 },
  # Numbers of system calls that differ between processors.
  calls => sub { ($prctl, $capset, $setrlimit) = map { $_ + 0 } @_ },
  # Ends with its parent. It may have ended before this was said.
  parent => sub {
    syscall($prctl, $PDEATHSIG, 9, 0, 0, 0);
    exit 125 if getppid() != $_[0];
  },
  limit => sub {
    my ($resource, $value) = map { $_ + 0 } @_;
    syscall($setrlimit, $resource, pack('Q2', $value, $value)) == 0 or fail();
  },
  # Gives up all rights of root but those of a bit mask, for good. Others have none to get back: see privileges.
  capabilities => sub {
    my $keep = $_[0] + 0;
    for my $number (0 .. 63) {
      last if $> != 0;
      next if $keep >> $number & 1;
      next if syscall($prctl, $CAPBSET_DROP, $number, 0, 0, 0) == 0;
      # Behind the last one that this kernel has.
      last if $! == $EINVAL;
      return fail();
    }
    my $header = pack('Ll', 0x20080522, 0);
    my $low = $keep & 0xffffffff;
    syscall($capset, $header, pack('L6', $low, $low, 0, 0, 0, 0)) == 0 or fail();
  },
  privileges => sub { syscall($prctl, $NO_NEW_PRIVS, 1, 0, 0, 0) == 0 or fail() },
  # From here on only what a path names may be opened; with newer kernels also no TCP, and no signal to others.
  files => sub {
    my $version = syscall($CREATE_RULESET, 0, 0, 1);
    return fail() if $version < 1;
    $handled = $version >= 5 ? 0xffff : $version >= 3 ? 0x7fff : $version == 2 ? 0x3fff : 0x1fff;
    my $attributes = pack('Q', $handled);
    $attributes .= pack('Q', 3) if $version >= 4;
    $attributes .= pack('Q', 3) if $version >= 6;
    $ruleset = syscall($CREATE_RULESET, $attributes, length $attributes, 0);
    return fail() if $ruleset < 0;
  },
  # What is not there needs no right.
  path => sub {
    my ($kind, $path) = ($_[0], unhex($_[1]));
    return if !defined $ruleset || $ruleset < 0;
    sysopen(my $file, $path, $O_PATH) or return;
    my $rights = $RIGHTS{$kind} & $handled;
    $rights &= $RIGHTS_OF_FILES if !-d $file;
    push @kept, $file;
    syscall($ADD_RULE, $ruleset, $PATH_BENEATH, pack('Qi', $rights, fileno $file), 0) == 0 or fail();
  },
  enclose => sub {
    return if !defined $ruleset || $ruleset < 0;
    syscall($RESTRICT_SELF, $ruleset, 0) == 0 or fail();
  },
  network => sub {
    my $program = unhex($_[0]);
    my $filter = pack('S x6 P', length($program) / 8, $program);
    syscall($prctl, $SET_SECCOMP, 2, $filter, 0, 0) == 0 or fail();
  },
);

while (@ARGV) {
  my $word = shift @ARGV;
  last if $word eq '--';
  $step = [split /:/, $word];
  my ($name, @values) = @$step;
  my $take = $steps{$name} or fail('unknown');
  $take->(@values);
}
exec { $ARGV[0] } @ARGV or do { $is_probe = 0; $step = ["exec $ARGV[0]"]; fail() };
