/* The socket is made before the privileges go: its owner may be another, and
 * its port a low one. */
#include "config.h"

#include "daemons/vusaged/start.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/listen.h"
#include "daemons/common/notify.h"
#include "daemons/common/privdrop.h"

/* ---- the socket ---------------------------------------------------------- */

static const char *
reason(void)
{
	switch (errno) {
	case EEXIST:
		return "what is there is not a socket";
	case EADDRINUSE:
		return "another program does";
	case EINVAL:
		return "Socket::Listen is no address like 127.0.0.1:189";
	default:
		return strerror(errno);
	}
}

int
vp_start_listen(const struct vp_settings_file *set)
{
	const char *where = set->filename ? set->filename : set->listen;
	int fd = set->filename
		     ? vp_listen_unix(where, set->mode, set->uid, set->gid)
		     : vp_listen_inet(where);

	if (fd < 0) {
		vp_daemonlog(LOG_ERR, "socket: cannot listen on '%s': %s",
		    where, reason());
		return -1;
	}
	vp_daemonlog(LOG_NOTICE, "socket: listening on %s", where);
	if (!set->filename && !set->allow)
		vp_daemonlog(LOG_WARNING,
		    "socket: warning: no incoming connections allowed");
	return fd;
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

	int keeps = prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
	if (vp_privdrop_ids((uid_t)uid, (gid_t)gid) != 0)
		return -1;
	if (keeps && keep_reading() != 0)
		vp_daemonlog(LOG_NOTICE,
		    "vusaged: domains of other users cannot be read: %s",
		    strerror(errno));
	return vp_privdrop_process();
}

/* ---- the supervisor ------------------------------------------------------ */

void
vp_start_ready(int fd)
{
	if (fd >= 0 && vp_notify_fd(fd) != 0)
		vp_daemonlog(LOG_WARNING,
		    "vusaged: cannot tell that it is ready: %s",
		    strerror(errno));
	vp_start_notify("READY=1");
}

void
vp_start_notify(const char *text)
{
	if (vp_notify_systemd(text) != 0)
		vp_daemonlog(LOG_WARNING,
		    "vusaged: cannot tell the supervisor: %s", strerror(errno));
}
