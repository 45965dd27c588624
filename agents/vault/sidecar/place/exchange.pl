# Swaps two names of one folder in one step, which Node cannot: the folder is descriptor 3, a line of standard input
# holds the number of the system call and both names in hexadecimal, the answer is 0 or the error's number.
use strict;
$| = 1;
my $RENAME_EXCHANGE = 2;
while (my $line = <STDIN>) {
  my ($call, $one, $other) = split ' ', $line;
  $_ = pack 'H*', $_ for $one, $other;
  my $failed = syscall($call + 0, 3, $one, 3, $other, $RENAME_EXCHANGE);
  print $failed == 0 ? 0 : $! + 0, "\n";
}
