# perl: forks, pipes, signals, directories, sysopen, sockets in pairs left out.
# app-needs: perl
perl -e '
use strict; use Fcntl qw(:flock SEEK_SET); use POSIX qw(:sys_wait_h setsid); use File::Find; use File::Temp; use Time::HiRes qw(sleep alarm);
$| = 1; my @out = `seq 5`; print @out; print "status ", system("exit 3") >> 8, "\n";
open(my $p, "-|", "ls", "/usr/include/linux") or die; my $n = 0; $n++ while <$p>; close $p; print "$n\n";
pipe(my $r, my $w); my $pid = fork; if (!$pid) { close $r; print $w "from child\n"; exit 4 } close $w; print <$r>; waitpid $pid, 0; print $? >> 8, "\n";
$SIG{ALRM} = sub { print "alarm\n" }; alarm 0.1; sleep 1; $SIG{CHLD} = sub { while ((my $k = waitpid(-1, WNOHANG)) > 0) { print "reaped ", $? >> 8, "\n" } };
if (!fork) { exit 7 } sleep 0.5; my $c = 0; find(sub { $c++ }, "/usr/include/asm-generic"); print "$c\n";
my $t = File::Temp->new; print $t "data" x 1000; seek $t, 0, SEEK_SET; flock $t, LOCK_EX; print length(<$t>), "\n"; print join(",", (stat "/etc/passwd")[2,3]) ? "stat\n" : "";
eval { local $SIG{ALRM} = sub { die "timeout\n" }; alarm 0.1; select undef, undef, undef, 5; }; print $@; $0 = "renamed"; local $ENV{X} = "y"; print `echo \$X`;
'
perl -ne 'print if /main/' /usr/include/*.h | cksum
