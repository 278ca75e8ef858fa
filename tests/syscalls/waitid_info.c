/*
 * tests/syscalls/waitid_info.c - waitid(2): the siginfo for every kind of change of a child.
 */
#include "check.h"
#include <sys/resource.h>

static const char *code_name(int code)
{
	static const char *names[] = {"0",	     "CLD_EXITED",  "CLD_KILLED",   "CLD_DUMPED",
				      "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED"};

	return code >= 0 && code < (int)ARRAY_LEN(names) ? names[code] : "other";
}

static void show_info(const char *what, pid_t pid, int options)
{
	siginfo_t si;
	int r;

	memset(&si, 0x55, sizeof(si));
	r = waitid(P_PID, pid, &si, options);
	if (r < 0) {
		show(what, r);
		return;
	}
	if (si.si_pid == 0) {
		say("%s: nothing, si_signo %d", what, si.si_signo);
		return;
	}
	say("%s: %s %s errno %d pid %d uid %d status %s", what, sig_name(si.si_signo),
	    code_name(si.si_code), si.si_errno, si.si_pid == pid, si.si_uid == getuid(),
	    si.si_code == CLD_EXITED ? "code" : sig_name(si.si_status));
	if (si.si_code == CLD_EXITED)
		show_val("\tcode", si.si_status);
}

static pid_t sleeper(void)
{
	pid_t pid = xfork();

	if (pid == 0) {
		struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		for (;;)
			pause();
	}
	return pid;
}

int main(void)
{
	pid_t pid = xfork();

	if (pid == 0)
		_exit(0x133);
	show_info("exit", pid, WEXITED);

	pid = sleeper();
	show_info("running", pid, WEXITED | WSTOPPED | WCONTINUED | WNOHANG);
	kill(pid, SIGTERM);
	show_info("SIGTERM", pid, WEXITED);
	pid = sleeper();
	kill(pid, SIGSTOP);
	show_info("SIGSTOP", pid, WSTOPPED);
	show_info("again", pid, WSTOPPED | WNOHANG);
	kill(pid, SIGCONT);
	show_info("SIGCONT", pid, WCONTINUED);
	show_info("again", pid, WCONTINUED | WNOHANG);
	kill(pid, SIGKILL);
	show_info("not what is asked for", pid, WSTOPPED);
	show_info("SIGKILL", pid, WEXITED);
	show_info("gone", pid, WEXITED);
	return 0;
}
