# Runs in a cage and tells what it can do all the same: probe.pl FORBIDDEN_FILE
# Each line is the name of a part and 1 when that part holds, 0 when it does not.
use strict;

socket(my $socket, 2, 1, 0);
print "network\t", (fileno($socket) ? 0 : 1), "\n";

open(my $file, '<', $ARGV[0]);
print "files\t", (fileno($file) ? 0 : 1), "\n";

open(my $status, '<', '/proc/self/status');
my $is_bound = 0;
while (<$status>) { $is_bound = 1 if /^NoNewPrivs:\s*1/ }
print "privileges\t$is_bound\n";
