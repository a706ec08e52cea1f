/*
 * One-offs that declare by hand what was never in a header, and include
 * vauth.h and vpopmail_config.h only.
 *
 *     wrapper MAILDIR FILE
 */
#include <vauth.h>
#include <vpopmail_config.h>

#include <fcntl.h>

#include "check.h"

int get_write_lock(int fd);
int lock_reg(int fd, int cmd, int type, off_t offset, int whence, off_t len);
int vmaildir_readquota(const char *dir, const char *quota);
char *get_remote_ip(void);
int open_smtp_relay(void);

int
main(int argc, char **argv)
{
	int fd;

	if (argc != 3)
		return 2;
	fd = open(argv[2], O_RDWR | O_CREAT, 0600);
	CHECK("open", fd >= 0);
	CHECK("lock", get_write_lock(fd) == 0);
	CHECK("unlock", lock_reg(fd, F_SETLK, F_UNLCK, 0, SEEK_SET, 0) == 0);
	CHECK("an error", get_write_lock(-1) == -2);
	close(fd);
	CHECK("percent", vmaildir_readquota(argv[1], "1000S") == 50);
	setenv("TCPREMOTEIP", "::ffff:192.0.2.7", 1);
	IS("address", get_remote_ip(), "192.0.2.7");
	unsetenv("TCPREMOTEIP");
	unsetenv("REMOTE_HOST");
	CHECK("no address", get_remote_ip() == NULL);
	CHECK("relay without one", open_smtp_relay() == 0);
	IS("home", VPOPMAILDIR, getenv("STAGE"));
	return failed;
}
