/*
 * The old interface: files, locks, processes, and files that belong to
 * limits, quotas and logs.
 */
#include "config.h"

#include "api.h"

#include <sys/wait.h>

START_TEST(test_files)
{
	char *path = site_path("tree"), *below = site_path("tree/a/b");
	char *file = site_path("list"), *text, cwd[4096], after[4096];
	char *lines[] = { "two" }, *missing = site_path("missing");
	char *link = site_path("link"), *sub = site_path("sub");

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof cwd));
	ck_assert_int_eq(r_mkdir(below, getuid(), getgid()), 0);
	ck_assert_int_eq(r_mkdir(below, getuid(), getgid()), 0);
	ck_assert_int_eq(r_mkdir("", 0, 0), 0);
	ck_assert_int_eq(r_chown(path, getuid(), getgid()), 0);
	site_write("tree/a/b/c", "x");
	ck_assert_int_eq(vdelfiles(path), 0);
	ck_assert_int_eq(vdelfiles(path), -1);
	ck_assert_int_eq(vdelfiles(NULL), -1);
	ck_assert_int_eq(vdelfiles(""), -1);
	ck_assert_int_eq(vdelfiles(".."), -1);
	/* A file; a link, but not what it leads to. */
	site_write("list", "x");
	ck_assert_int_eq(vdelfiles(file), 0);
	ck_assert_int_eq(access(file, F_OK), -1);
	site_mkdir("sub");
	ck_assert_int_eq(symlink(sub, link), 0);
	ck_assert_int_eq(vdelfiles(link), 0);
	ck_assert_int_eq(access(sub, F_OK), 0);
	site_write("list", "one\ntwo\ntwo\nthree");
	ck_assert_int_eq(remove_lines(file, lines, 1), 2);
	text = site_read("list");
	ck_assert_str_eq(text, "one\nthree\n");
	free(text);
	ck_assert_int_eq(remove_lines(missing, lines, 1), 0);
	ck_assert_int_eq(access(missing, F_OK), 0);
	ck_assert_int_eq(update_file(missing, "b.example.com", 2), 0);
	ck_assert_int_eq(update_file(missing, "a.example.com", 2), 0);
	ck_assert_int_eq(update_file(missing, "a.example.com", 2), 0);
	text = site_read("missing");
	ck_assert_str_eq(text, "a.example.com\nb.example.com\n");
	free(text);
	ck_assert_int_eq(vdelfiles(missing), 0);
	ck_assert_int_eq(update_file(missing, "b.org:b.org", 3), 0);
	ck_assert_int_eq(update_file(missing, "a.org:a.org", 3), 0);
	text = site_read("missing");
	ck_assert_str_eq(text, "a.org:a.org\nb.org:b.org\n");
	free(text);
	ck_assert_int_eq(update_file("/nonexistent/x", "a.org", 2), -17);
	ck_assert_int_eq(update_file(file, "x\ny", 2), -1);
	ck_assert_ptr_nonnull(getcwd(after, sizeof after));
	ck_assert_str_eq(cwd, after);
	free(path);
	free(below);
	free(file);
	free(missing);
	free(link);
	free(sub);
}
END_TEST

START_TEST(test_chown)
{
	char *tree, *link, *target;
	struct stat st;

	if (getuid() != 0)
		return;
	tree = site_path("tree");
	link = site_path("tree/link");
	target = site_path("target");
	site_mkdir("tree");
	site_write("tree/file", "x");
	site_write("target", "x");
	ck_assert_int_eq(symlink(target, link), 0);
	ck_assert_int_eq(r_chown(tree, 12345, 12346), 0);
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert_uint_eq(st.st_uid, 12345);
	ck_assert_int_eq(stat(target, &st), 0);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_int_eq(stat(tree, &st), 0);
	ck_assert_uint_eq(st.st_uid, 12345);
	ck_assert_uint_eq(st.st_gid, 12346);
	ck_assert_int_eq(r_chown(target, 12345, 12346), 0);
	ck_assert_int_eq(stat(target, &st), 0);
	ck_assert_uint_eq(st.st_gid, 12346);
	free(tree);
	free(link);
	free(target);
}
END_TEST

/* What another process gets: 0, or the error. */
static int
lock_elsewhere(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open(path, O_RDWR);

		_exit(lock_reg(fd, F_SETLK, F_WRLCK, 0, SEEK_SET, 0) == 0
			  ? 0
			  : errno);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

START_TEST(test_descriptors)
{
	char *path = site_path("locked");
	struct stat one, two;
	int fd;

	site_write("locked", "x");
	fd = open(path, O_RDWR);
	ck_assert_int_eq(get_write_lock(fd), 0);
	ck_assert(
	    lock_elsewhere(path) == EAGAIN || lock_elsewhere(path) == EACCES);
	ck_assert_int_eq(lock_reg(fd, F_SETLK, F_UNLCK, 0, SEEK_SET, 0), 0);
	ck_assert_int_eq(lock_elsewhere(path), 0);
	ck_assert_int_eq(get_read_lock(fd), 0);
	ck_assert_int_ne(lock_elsewhere(path), 0);
	ck_assert_int_eq(vfd_copy(77, fd), 0);
	ck_assert_int_eq(vfd_copy(fd, fd), 0);
	ck_assert_int_eq(fstat(fd, &one), 0);
	ck_assert_int_eq(fstat(77, &two), 0);
	ck_assert_uint_eq(one.st_ino, two.st_ino);
	ck_assert_int_eq(vfd_move(78, 77), 0);
	ck_assert_int_eq(vfd_move(78, 78), 0);
	ck_assert_int_eq(fstat(77, &two), -1);
	ck_assert_int_eq(fstat(78, &two), 0);
	close(78);
	close(fd);
	free(path);
}
END_TEST

/* Wait for ever, as a program of that name. */
static pid_t
start_as(const char *name, const char *argument)
{
	char *path = site_path(name);
	int ready[2];
	char c;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		execl(path, name, argument, (char *)NULL);
		_exit(99);
	}
	close(ready[1]);
	/* Closed when it has become the other program. */
	ck_assert_int_eq(read(ready[0], &c, 1), 0);
	close(ready[0]);
	free(path);
	return pid;
}

START_TEST(test_signal_process)
{
	char name[12], other[13], *path;
	pid_t wanted, editor;
	int status;

	/* Names that nobody else on the machine has. */
	snprintf(name, sizeof name, "vs%u", (unsigned)getpid() % 1000000);
	snprintf(other, sizeof other, "%sx", name);
	path = site_path(name);
	ck_assert_int_eq(symlink("/bin/sleep", path), 0);
	free(path);
	path = site_path(other);
	ck_assert_int_eq(symlink("/bin/sleep", path), 0);
	free(path);
	wanted = start_as(name, "600");
	editor = start_as(other, "600");
	ck_assert_int_eq(signal_process(name, 0), 0);
	ck_assert_int_eq(signal_process(name, SIGTERM), 0);
	ck_assert_int_eq(waitpid(wanted, &status, 0), wanted);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	ck_assert_int_eq(waitpid(editor, &status, WNOHANG), 0);
	ck_assert_int_eq(kill(editor, SIGKILL), 0);
	ck_assert_int_eq(waitpid(editor, &status, 0), editor);
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	ck_assert_int_eq(signal_process("", SIGTERM), -1);
	ck_assert_int_eq(signal_process(NULL, SIGTERM), -1);
}
END_TEST

START_TEST(test_limits_file)
{
	static const int masks[] = { NO_POP, NO_IMAP, NO_DIALUP, NO_PASSWD_CHNG,
		NO_WEBMAIL, NO_RELAY, NO_SMTP, NO_SPAMASSASSIN, DELETE_SPAM,
		NO_MAILDROP };
	char domain[128] = "example.com", *path = site_path("limits");
	char *own = site_path("home/domains/example.com/.qmailadmin-limits");
	struct vlimits limits, other;
	struct vqpasswd pw = { .pw_gid = QA_ADMIN };
	struct stat before, after;
	FILE *fp;

	make_domain();
	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		vdefault_limits(&limits);
		(&limits.disable_pop)[i] = 1;
		ck_assert_int_eq(vlimits_get_flag_mask(&limits), masks[i]);
	}
	vdefault_limits(&limits);
	limits.maxpopaccounts = 7;
	limits.diskquota = 123;
	limits.disable_imap = 1;
	limits.perm_maillist = 1;
	limits.perm_maillist_users = 2;
	limits.perm_maillist_moderators = 4;
	limits.perm_quota = 3;
	limits.perm_defaultquota = 5;
	ck_assert_int_eq(vlimits_write_limits_file(path, &limits), 0);
	vdefault_limits(&other);
	ck_assert_int_eq(vlimits_read_limits_file(path, &other), 0);
	ck_assert_int_eq(other.perm_maillist, 1);
	ck_assert_int_eq(other.perm_maillist_users, 2);
	ck_assert_int_eq(other.perm_maillist_moderators, 4);
	ck_assert_int_eq(other.perm_quota, 3);
	ck_assert_int_eq(other.perm_defaultquota, 5);
	ck_assert_uint_eq(other.diskquota, 123);
	char *text = site_read("limits"), *again;
	ck_assert_int_eq(vlimits_write_limits_file(path, &other), 0);
	again = site_read("limits");
	ck_assert_str_eq(text, again);
	free(text);
	free(again);

	/* Only what is there changes; a long file is read whole. */
	fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	for (int i = 0; i < 500; i++)
		fprintf(fp, "# a line that says nothing at all\n");
	fprintf(fp, "maxaliases: 9\n");
	fclose(fp);
	ck_assert_int_eq(vlimits_read_limits_file(path, &other), 0);
	ck_assert_int_eq(other.maxaliases, 9);
	ck_assert_int_eq(other.maxpopaccounts, 7);
	ck_assert_int_eq(other.disable_imap, 1);
	ck_assert_int_eq(vlimits_read_limits_file("/nonexistent", &other), -1);
	ck_assert_int_eq(other.maxaliases, 9);

	/* Reading leaves the file as it is. */
	ck_assert_int_eq(vset_limits(domain, &limits), 0);
	ck_assert_int_eq(chmod(own, 0604), 0);
	ck_assert_int_eq(stat(own, &before), 0);
	ck_assert_int_eq(vget_limits(domain, &other), 0);
	ck_assert_int_eq(stat(own, &after), 0);
	ck_assert_int_eq(before.st_mode, after.st_mode);
	ck_assert_int_eq(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
	vlimits_setflags(&pw, domain);
	ck_assert_uint_eq(pw.pw_flags, QA_ADMIN | NO_IMAP);
	pw.pw_gid = V_OVERRIDE;
	vlimits_setflags(&pw, domain);
	ck_assert_uint_eq(pw.pw_flags, V_OVERRIDE);
	pw.pw_gid = NO_POP;
	vlimits_setflags(&pw, "unknown.org");
	ck_assert_uint_eq(pw.pw_flags, NO_POP);
	/* What cannot be read: defaults, and an account's own flags. */
	ck_assert_int_eq(unlink(own), 0);
	ck_assert_int_eq(mkdir(own, 0700), 0);
	ck_assert_int_eq(vget_limits(domain, &other), -1);
	ck_assert_int_eq(verrori, -36);
	ck_assert_int_eq(other.maxpopaccounts, -1);
	ck_assert_int_eq(other.disable_imap, 0);
	vlimits_setflags(&pw, domain);
	ck_assert_uint_eq(pw.pw_flags, NO_POP);
	free(path);
	free(own);
}
END_TEST

START_TEST(test_maildirsize)
{
	char domain[128] = "example.com", *dir, *size, *maildir, *trash;
	storage_t bytes = 0, count = 0;
	struct stat st;

	make_domain();
	dir = site_path("home/domains/example.com/joe");
	size = site_path("home/domains/example.com/joe/Maildir/maildirsize");
	maildir = site_path("home/domains/example.com/joe/Maildir");
	trash = site_path("home/domains/example.com/joe/Maildir/.Trash/cur");
	site_write("home/domains/example.com/joe/Maildir/new/1.a,S=300", "x");
	site_write(
	    "home/domains/example.com/joe/Maildir/cur/2.a,S=200:2,T", "x");
	ck_assert_int_eq(r_mkdir(trash, getuid(), getgid()), 0);
	site_write(
	    "home/domains/example.com/joe/Maildir/.Trash/cur/3.a,S=100", "x");
	ck_assert_int_eq(readuserquota(maildir, &bytes, &count), 0);
	ck_assert_uint_eq(bytes, 300);
	ck_assert_uint_eq(count, 1);
	update_maildirsize(domain, dir, "1000S");
	ck_assert_int_eq(stat(size, &st), 0);
	ck_assert_uint_eq(st.st_uid, getuid());
	ck_assert_int_eq(vmaildir_readquota(maildir, "1000S"), 30);
	update_maildirsize(domain, dir, "NOQUOTA");
	ck_assert_int_eq(access(size, F_OK), -1);
	update_maildirsize(domain, dir, "1000S");
	ck_assert_int_eq(access(size, F_OK), 0);
	remove_maildirsize(dir);
	ck_assert_int_eq(access(size, F_OK), -1);
	free(dir);
	free(size);
	free(maildir);
	free(trash);
}
END_TEST

START_TEST(test_sqwebmail)
{
	char *dir, *text;

	make_domain();
	dir = site_path("home/domains/example.com/joe");
	ck_assert_int_eq(vsqwebmail_pass(dir, "$1$x", getuid(), getgid()), 0);
	text = site_read("home/domains/example.com/joe/Maildir/sqwebmail-pass");
	ck_assert_str_eq(text, "\t$1$x\n");
	ck_assert_int_eq(vsqwebmail_pass(NULL, "$1$x", 0, 0), 0);
	ck_assert_int_eq(vsqwebmail_pass("/nonexistent", "$1$x", 0, 0), -21);
	free(dir);
	free(text);
}
END_TEST

START_TEST(test_logmessage)
{
	char *path = site_path("home/vpopmail.sqlite"), *names;

	ck_assert_int_eq(logmessage("add_user", "a", "b"), 0);
	ck_assert_int_eq(
	    site_open("auth_module = cdb\nlogger_sqlite = yes\n"), 0);
	vclose();
	ck_assert_int_eq(logmessage("add_user", "a@x.org", NULL), 0);
	ck_assert_int_eq(logmessage(NULL, "a", "b"), 0);
	names = site_path("home");
	ck_assert_int_eq(vdelfiles(names), 0);
	ck_assert_int_eq(logmessage("add_user", "a", "b"), 1);
	free(path);
	free(names);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_files, test_chown, test_descriptors,
		test_signal_process, test_limits_file, test_maildirsize,
		test_sqwebmail, test_logmessage, NULL };

	return api_main("api_files", tests);
}
