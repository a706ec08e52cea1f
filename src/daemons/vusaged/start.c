/* The socket is made before the privileges go: its owner may be another, and
 * its port a low one. */
#include "config.h"

#include "daemons/vusaged/start.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/text.h"
#include "daemons/vusaged/log.h"

#define BACKLOG 512

static int
failed(const char *what, const char *where)
{
	vp_log_say("socket: cannot %s %s: %s", what, where, strerror(errno));
	return -1;
}

/* ---- sockets ------------------------------------------------------------- */

/* Only a socket that nobody listens on is in the way. */
static int
clear_path(const char *path, const struct sockaddr_un *address)
{
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : failed("look at", path);
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return failed("replace, which is not a socket,", path);
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed("make", path);
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) ==
		0 ||
	    errno == EAGAIN) {
		errno = EADDRINUSE;
		return failed("listen on", path);
	}
	return unlink(path) == 0 ? 0 : failed("remove", path);
}

/* Nobody can connect before it has its owner: it does not listen yet. */
static int
listen_unix(const struct vp_settings_file *set)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = set->filename;
	int fd;

	if (vp_copy(address.sun_path, sizeof address.sun_path, path) != 0 ||
	    clear_path(path, &address) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed("make", path);

	mode_t mask = umask(0177);
	int rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
	umask(mask);
	if (rc != 0 ||
	    (geteuid() == 0 && fchownat(AT_FDCWD, path, set->uid, set->gid,
				   AT_SYMLINK_NOFOLLOW) != 0) ||
	    chmod(path, set->mode) != 0 || listen(fd, BACKLOG) != 0) {
		(void)failed("listen on", path);
		close(fd);
		return -1;
	}
	vp_log_say("socket: listening on %s", path);
	return fd;
}

static int
listen_tcp(const struct vp_settings_file *set)
{
	char text[INET_ADDRSTRLEN] = "";
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)inet_ntop(AF_INET, &set->listen.sin_addr, text, sizeof text);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    bind(fd, (const struct sockaddr *)&set->listen,
		sizeof set->listen) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		(void)failed("listen on", text);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	vp_log_say(
	    "socket: listening on %s:%d", text, ntohs(set->listen.sin_port));
	if (!set->allow)
		vp_log_say("socket: warning: no incoming connections allowed");
	return fd;
}

int
vp_start_listen(const struct vp_settings_file *set)
{
	return set->filename ? listen_unix(set) : listen_tcp(set);
}

/* ---- privileges ---------------------------------------------------------- */

/* Domains may belong to other users: their folders have to be read. */
static int
keep_reading(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { { 0 }, { 0 } };

	data[0].effective = data[0].permitted = 1u << CAP_DAC_READ_SEARCH;
	return (int)syscall(SYS_capset, &head, data);
}

int
vp_start_become(const struct vpop *vp)
{
	int64_t uid, gid;

	if (geteuid() != 0)
		return 0;
	if (vp_number(vpop_setting(vp, "uid"), 0, UINT32_MAX, &uid) != 0 ||
	    vp_number(vpop_setting(vp, "gid"), 0, UINT32_MAX, &gid) != 0)
		return -1;
	if (uid == 0)
		return 0;
	if (setgroups(0, NULL) != 0 ||
	    setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid) != 0)
		return -1;

	int keeps = prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
	if (setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) != 0)
		return -1;
	if (keeps && keep_reading() != 0)
		vp_log_say("vusaged: domains of other users cannot be read: %s",
		    strerror(errno));
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* ---- the supervisor ------------------------------------------------------ */

/* sd_notify(3): a datagram to a socket, a leading '@' means an abstract
 * name. */
void
vp_start_notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = -1;
	socklen_t size;

	if (!path || (*path != '/' && *path != '@') ||
	    vp_copy(address.sun_path, sizeof address.sun_path, path) != 0)
		return;
	size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL,
		    (const struct sockaddr *)&address, size);
}

void
vp_start_ready(int fd)
{
	if (fd >= 0) {
		if (write(fd, "\n", 1) != 1)
			vp_log_say("vusaged: cannot tell that it is ready: %s",
			    strerror(errno));
		close(fd);
	}
	vp_start_notify("READY=1");
}
